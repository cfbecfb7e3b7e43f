// The browser's own clock: from a click to the first frame in which a condition holds.
//
// `__watch(condition, ...arguments)` is called before the click. Its promise gives milliseconds
// from the time stamp of the click event to the frame that shows what was waited for; it fails
// when that does not come.
const PATIENCE = 60_000;

window.__conditions = {
  points: (before) => {
    const chart = document.querySelector(".live-chart");
    return chart && chart.dataset.run !== before && Number(chart.dataset.last) > 0;
  },
  badge: (word) => [...document.querySelectorAll(".st-key-standing")]
    .some((row) => row.textContent.includes(word)),
  explained: (before) => {
    const chart = document.querySelector(".live-chart");
    return chart && chart.dataset.run !== before && window.__visible(".st-key-lesson-seen strong");
  },
  heading: (marker) => window.__visible(marker),
  whole: (marker, drawn) => window.__visible(marker) && window.__visible(drawn)
    && !window.__busy(),
};

// "h1|Test": a heading with this text; "h1": any.
window.__visible = (what) => {
  const [selector, text] = what.split("|");
  return [...document.querySelectorAll(selector)].some((node) => node.getClientRects().length
    && !node.closest("[data-stale=true]") && (!text || node.textContent.trim() === text));
};

window.__busy = () =>
  document.querySelector("[data-testid=stApp]").dataset.testScriptState !== "notRunning"
  || document.querySelector("[data-testid=stMain] :is([data-testid=stSkeleton], "
    + "[data-testid=stSpinner], [data-stale=true])");

window.__watch = (waits) => {
  let clicked = null;
  const found = waits.map(() => null);
  window.__times = new Promise((done, fail) => {
    setTimeout(() => fail(new Error(clicked === null ? "the page did not get the click"
      : `not seen after the click: ${waits.filter((_, index) => !(found[index] > 0))}`)), PATIENCE);
    const seen = new MutationObserver(() => check());
    const listen = (event) => {
      if (!event.isTrusted || clicked !== null) return;
      clicked = event.timeStamp;
      seen.observe(document, {
        subtree: true, childList: true, attributes: true, characterData: true,
      });
    };
    const check = () => waits.forEach(([name, ...rest], index) => {
      if (found[index] !== null || !window.__conditions[name](...rest)) return;
      found[index] = NaN;
      requestAnimationFrame(() => {
        found[index] = performance.now() - clicked;
        if (found.some((time) => time === null || Number.isNaN(time))) return;
        seen.disconnect();
        document.removeEventListener("click", listen, true);
        done(found);
      });
    });
    document.addEventListener("click", listen, true);
  });
};
