// Mends from outside what the page's own elements lack for keyboards and readers of the screen:
// names, roles, the language, and a focus that would fall to the body when a button vanishes.

const SOON = 120; // ms after a change of the page
const PATIENCE = 4000; // ms in which a lost focus finds its successor
const ENDED = ["resume", "continue-run", "continue-training", "extend", "train"];
const NEXT = { // key of a button → those to which its focus goes when it vanishes
  pause: ["continue", ...ENDED],
  continue: ["pause", ...ENDED],
  "next-step": ["next-step", "continue", "pause", ...ENDED],
  "next-epoch": ["next-epoch", "continue", "pause", ...ENDED],
  stop: [...ENDED],
  cancel: [...ENDED],
  train: ["pause", "stop", "cancel"],
  "start-train": ["pause", "stop", "cancel"],
  "train-seeds": ["pause", "stop", "cancel"],
  resume: ["pause", "stop", "cancel", ...ENDED],
  extend: ["pause", "stop", "cancel", ...ENDED],
  apply: ["pause", "stop", "train"],
  "take-back": ["pause", "stop", "train"],
  "branch-start": ["pause", "stop", "train"],
  "doubt-delete": ["delete-run"],
  "keep-run": ["doubt-delete", "run-menu"],
  "delete-run": ["undo-delete", "run-choice", "train"],
  "undo-delete": ["run-menu", "run-choice", "train"],
  "doubt-empty": ["empty-trash"],
  "keep-trash": ["doubt-empty"],
  "empty-trash": ["run-choice", "train"],
  fetch: ["train"],
  "fetch-again": ["fetch", "train"],
  "use-digits": ["train"],
  "all-mistakes": ["mistakes-true"],
  "more-mistakes": ["more-mistakes", "mistakes-predicted"],
  "remove-upload": ["uploader"],
  "close-problem": ["train", "uploader", "run-choice"],
};
const FOCUSABLE = "button, a[href], input, select, textarea, summary, [tabindex='0']";

const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
const app = () => document.querySelector("[data-testid=stApp]");
const usable = (node) =>
  node && !node.disabled && node.getClientRects().length && !node.closest("[inert], [aria-hidden=true]");

const keysOf = (node) => {
  const keys = [];
  for (let at = node; at; at = at.parentElement) {
    keys.push(...[...at.classList].filter((name) => name.startsWith("st-key-")));
  }
  return keys;
};

const within = (selector) => {
  for (const box of document.querySelectorAll(selector)) {
    const nodes = box.matches(FOCUSABLE) ? [box] : [...box.querySelectorAll(FOCUSABLE)];
    const found = nodes.find(usable);
    if (found) return found;
  }
  return null;
};

class Focus {
  constructor(signal) {
    const on = (kind, act) => document.addEventListener(kind, act, { signal, capture: true });
    on("focusin", ({ target }) => {
      if (target === document.body || target.id === "stMain") return;
      this.held = { node: target, keys: keysOf(target) };
      this.since = undefined;
    });
    on("pointerdown", () => { this.held = null; });
    on("focusout", ({ target }) => setTimeout(() => {
      if (this.lost() && usable(target) && target.isConnected) this.held = null; // left on purpose
    }, 0));
  }

  lost() {
    return !document.activeElement || document.activeElement === document.body;
  }

  restore() {
    if (!this.held || !this.lost() || (this.held.node.isConnected && usable(this.held.node))) return;
    this.since ??= Date.now();
    if (Date.now() - this.since > PATIENCE) { this.held = null; return; }
    const found = this.successor();
    if (found) found.focus({ preventScroll: true });
    else setTimeout(() => this.restore(), SOON);
  }

  successor() {
    const [key, ...around] = this.held.keys;
    const again = key && within(`.${key}`);
    if (again) return again;
    if (app()?.getAttribute("data-test-script-state") !== "notRunning") return null;
    const name = key?.slice("st-key-".length) ?? "";
    const rule = NEXT[name] ?? NEXT[Object.keys(NEXT).find((start) => name.startsWith(`${start}-`))];
    for (const next of rule ?? []) {
      const found = within(`.st-key-${next}, [class*="st-key-${next}-"]`);
      if (found) return found;
    }
    for (const outer of around) {
      const found = within(`.${CSS.escape(outer)}`);
      if (found) return found;
    }
    const title = document.querySelector("main h1");
    title?.setAttribute("tabindex", "-1");
    return title;
  }
}

const titleBefore = (node) => {
  const titles = [...document.querySelectorAll("main :is(h1, h2, h3)")];
  const before = titles.filter(
    (title) => title.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return before.at(-1)?.textContent.trim() ?? "";
};

const set = (node, name, value) => {
  if (value && node.getAttribute(name) !== value) node.setAttribute(name, value);
};

const say = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// Streamlit's own words, which it has in English only.
const translate = (texts) => {
  all("[data-testid=stSkipToContent]", (node) => say(node, texts.skip));
  all("[data-testid=stFileUploaderDropzone] > span > button p", (node) => say(node, texts.upload));
  all("[data-testid=stFileUploaderDropzoneInput]", (node) => set(node, "aria-label", texts.upload));
  all("[data-testid=stFileUploaderDropzoneInstructions] span", (node) => {
    const size = /^\D*(\d+) ?MB[^•]*$/.exec(node.textContent)?.[1];
    if (size) say(node, texts.limit.replace("{size}", size));
  });
  all("[data-testid=stTooltipIcon] button[aria-label^='Help for ']", (node) => {
    set(node, "aria-label", texts.help.replace("{name}", node.getAttribute("aria-label").slice(9)));
  });
};

const OVER = "[data-floating-ui-portal]"; // menus and hints hang outside the page's parts

const nameWhatHangsOver = (texts) => {
  let place = 0;
  all(OVER, (node) => {
    place += 1;
    set(node, "role", "region");
    set(node, "aria-label", place > 1 ? `${texts.over} ${place}` : texts.over);
  });
  all("[data-testid=stPopoverBody][aria-label='']", (node) => {
    const opener = document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]");
    set(node, "aria-label", opener?.getAttribute("aria-label") ?? opener?.textContent.trim());
  });
};

const mend = (texts, redraw) => {
  set(document.documentElement, "lang", texts.language);
  translate(texts);
  const scheme = app() && getComputedStyle(app()).colorScheme;
  const before = document.documentElement.style.colorScheme;
  if (scheme && before !== scheme) {
    document.documentElement.style.colorScheme = scheme; // also of what lies over the page
    if (before && texts.scheme !== scheme) redraw();
  }
  all(".stPlotlyChart", (node) => {
    set(node, "role", "figure");
    set(node, "aria-label", texts.chart.replace("{title}", titleBefore(node)));
  });
  all("[data-testid=stFileUploaderDropzone][role=presentation]", (node) => set(node, "role", "group"));
  const wall = getComputedStyle(document.documentElement).getPropertyValue("--projector");
  all(".st-key-projector button", (node) => set(node, "aria-pressed", String(Boolean(wall))));
  all(".katex-display", (node) => {
    set(node, "tabindex", "0");
    set(node, "role", "math");
    set(node, "aria-label", node.querySelector("annotation")?.textContent);
  });
  for (const [key, name] of Object.entries(texts.names)) { // buttons that are only a symbol
    all(`.st-key-${key} button[aria-haspopup]`, (node) => set(node, "aria-label", name));
  }
  all("[data-testid=stNavSectionHeader]", (head) => { // sections are divs between a list and its items
    set(head.closest("ul"), "role", "presentation");
    set(head.parentElement, "role", "group");
    set(head.parentElement, "aria-label", head.querySelector("p")?.textContent ?? head.textContent);
    for (const item of head.parentElement.querySelectorAll("li")) set(item, "role", "presentation");
  });
  all("main h3", (node) => { // a page whose first level is followed by the third
    if (!document.querySelector("main h2")) set(node, "aria-level", "2");
  });
  nameWhatHangsOver(texts);
};

// What a page writes into its own address is no step back: Back leads to the page before.
const keepOnePerPage = () => {
  if (history.onePerPage) return;
  history.onePerPage = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const same = url && new URL(url, location.href).pathname === location.pathname;
    if (same) history.replaceState(state, title, url); else push(state, title, url);
  };
};

// Bring what a link leads to into sight, once it is drawn, and the focus to its first control.
let shown = 0; // number of the last request

// On a phone the sidebar lies over the page: it is closed where it hides what is to be seen, and
// opened where that is in it.
const uncover = (box) => {
  const open = "[data-testid=stSidebarCollapseButton] button[aria-expanded=true]";
  const button = document.querySelector(open);
  if (box.closest("[data-testid=stSidebar]")) {
    if (!button) document.querySelector("[data-testid=stExpandSidebarButton]")?.click();
    return;
  }
  const right = button?.closest("[data-testid=stSidebar]")?.getBoundingClientRect().right ?? 0;
  if (right > box.getBoundingClientRect().left) button.click();
};

const reveal = ([key, number]) => {
  if (!key || number <= shown) return;
  shown = number;
  let until = Date.now() + 5 * PATIENCE; // what a page shows may have to be computed first
  let top; // where it came to lie: what arrives above it later moves it, and is followed
  const given = new AbortController(); // a person who goes elsewhere meanwhile is left alone
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    addEventListener(kind, () => given.abort(), { signal: given.signal, passive: true });
  }
  const look = () => {
    if (given.signal.aborted || number < shown || Date.now() > until) return given.abort();
    const where = `:is([data-testid=stMain], [data-testid=stSidebar]) .st-key-${CSS.escape(key)}`;
    const box = document.querySelector(where);
    const first = top === undefined;
    const ready = app()?.getAttribute("data-test-script-state") === "notRunning";
    if (box && (first ? ready : Math.abs(box.getBoundingClientRect().top - top) > 4)) {
      if (first) uncover(box);
      box.scrollIntoView({ block: "start" });
      top = box.getBoundingClientRect().top;
      if (first) {
        within(where)?.focus({ preventScroll: true });
        until = Date.now() + PATIENCE;
      }
    }
    setTimeout(look, SOON);
  };
  look();
};

let mended = null;

const begin = () => {
  const ends = new AbortController();
  const focus = new Focus(ends.signal);
  const self = {};
  self.soon = () => {
    self.timer ??= setTimeout(() => {
      self.timer = undefined;
      mend(self.texts, self.redraw);
      focus.restore();
    }, SOON);
  };
  const changes = new MutationObserver((records) => {
    const came = records.flatMap(({ addedNodes }) => [...addedNodes]);
    if (came.some((node) => node.matches?.(OVER))) nameWhatHangsOver(self.texts); // before it is read
    self.soon();
  });
  changes.observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["class", "disabled", "aria-label"],
  });
  self.end = () => {
    clearTimeout(self.timer);
    ends.abort();
    changes.disconnect();
  };
  return self;
};

// It goes on while pages come and go: the last to mount it ends it, when it is not mounted again.
export default function ({ data, setTriggerValue }) {
  keepOnePerPage();
  mended ??= begin();
  const owner = (mended.owner = {});
  mended.texts = data;
  mended.redraw = () => setTriggerValue("redraw", true); // charts have the colours of the other theme
  reveal(data.reveal);
  mended.soon();
  return () => setTimeout(() => {
    if (mended?.owner !== owner) return;
    mended.end();
    mended = null;
  }, PATIENCE);
}
