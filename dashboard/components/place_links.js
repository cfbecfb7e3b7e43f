// Links to another place of the same page (`data-place="image=5"`) are followed within the session:
// a plain click tells the server; with a key held, or in another tab, the browser opens the address.

export default function ({ data, setTriggerValue }) {
  const follow = (event) => {
    const link = event.composedPath().find((node) => node.dataset?.place);
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    setTriggerValue("go", { ...data, ...Object.fromEntries(new URLSearchParams(link.dataset.place)) });
  };
  document.addEventListener("click", follow, true);
  return () => document.removeEventListener("click", follow, true);
}
