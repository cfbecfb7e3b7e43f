// The first steps: marks, the sentence of the step that is next, and a button that hides the line.

const KEPT = "mlcore-first-steps"; // in the browser: which steps are done, and whether it is closed

const kept = () => {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    return found && Array.isArray(found.done) ? found : { done: [] };
  } catch { return { done: [] }; }
};

const keep = (what) => {
  try { localStorage.setItem(KEPT, JSON.stringify(what)); } catch { /* a browser that keeps nothing */ }
};

const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
};

const button = (className, parent, text, act) => {
  const node = make("button", className, parent, text);
  node.type = "button";
  node.onclick = act;
  return node;
};

const draw = (nav, data, done, next, go, close) => {
  const list = make("ol");
  data.steps.forEach((step, index) => {
    const ticked = done.includes(step.name);
    const kind = `mark${ticked ? " done" : ""}${step === next ? " now" : ""}`;
    const mark = button(kind, make("li", "", list), undefined, () => go(step.name));
    make("i", "", mark, ticked ? "✓" : `${index + 1}`).setAttribute("aria-hidden", "true");
    make("span", "", mark, step.title);
    mark.title = step.text;
    mark.setAttribute("aria-label", ticked ? data.ticked.replace("{step}", step.title) : step.title);
    if (step === next) mark.setAttribute("aria-current", "step");
  });
  const parts = [list];
  if (next) {
    const text = button("text", null, next.text, () => go(next.name));
    text.dataset.step = next.name;
    parts.push(text);
  } else {
    parts.push(make("span", "said", null, data.finished));
  }
  const end = button("close", null, "×", close);
  end.setAttribute("aria-label", data.close);
  end.title = data.close;
  nav.replaceChildren(...parts, end);
};

export default function ({ data, parentElement, setTriggerValue }) {
  let nav = parentElement.querySelector("nav");
  if (!nav) {
    nav = make("nav", "", parentElement);
    nav.finishedOn = null; // the page on which the last step was done
  }
  nav.setAttribute("aria-label", data.label);
  let held = kept();
  if (data.again > (held.again ?? 0)) held = { done: [], again: data.again };
  const before = held.done.length;
  held.done = data.steps.map((step) => step.name)
    .filter((name) => held.done.includes(name) || data.done.includes(name));
  const next = data.steps.find((step) => !held.done.includes(step.name));
  if (!next && !held.closed) {
    held.closed = true; // for good; on this page it still says so
    nav.finishedOn = data.page;
  }
  keep(held);
  nav.hidden = held.closed && nav.finishedOn !== data.page;
  const state = JSON.stringify([held.done, data.page, data.steps, nav.hidden]);
  if (nav.dataset.state === state) return;
  nav.dataset.state = state;
  const inside = nav.getRootNode().activeElement?.className;
  const close = () => {
    keep({ ...held, closed: true });
    nav.finishedOn = null;
    nav.hidden = true;
  };
  draw(nav, data, held.done, next, (name) => setTriggerValue("step", name), close);
  if (inside?.startsWith("text")) nav.querySelector(".text")?.focus();
  if (before !== held.done.length) nav.dataset.done = held.done.length;
}
