// Links to another place of the same page (`data-place="image=5"`) are followed within the session:
// a plain click tells the server; with a key held, or in another tab, the browser opens the address.
// The place that is left stays in the browser's history: Back tells the server what its address says.

let ends; // of the listeners that there are: a change of theme calls again, and ends none

export default function ({ data, parentElement, setTriggerValue }) {
  ends?.abort();
  const mine = new AbortController();
  ends = mine;
  const here = location.pathname;
  const leavePlace = () => {
    if (data.names.length) history.pushState(history.state, "", location.href);
  };
  window.__leavePlace = leavePlace;
  const follow = (event) => {
    const link = event.composedPath().find((node) => node.dataset?.place);
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    leavePlace(); // Streamlit puts the next address in place of this one
    const named = Object.fromEntries(new URLSearchParams(link.dataset.place));
    setTriggerValue("go", { ...data.always, ...named });
  };
  const back = () => {
    if (location.pathname !== here || !data.names.length) return;
    const asked = new URLSearchParams(location.search);
    setTriggerValue("go", Object.fromEntries(data.names.map((name) => [name, asked.get(name)])));
  };
  document.addEventListener("click", follow, { capture: true, signal: mine.signal });
  window.addEventListener("popstate", back, { signal: mine.signal });
  return whenGone(parentElement, () => mine.abort());
}
