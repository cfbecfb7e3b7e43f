"""What moves on a page by itself: as the browser measures it, and frame by frame."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

__all__ = ["chart_tops", "forget", "shifts", "watch"]

_WATCH = """
(() => {
  const name = (node) => {
    const element = node?.nodeType === 1 ? node : node?.parentElement;
    const key = element?.closest("[class*=st-key-]");
    const keys = key ? [...key.classList].filter((one) => one.startsWith("st-key-")) : [];
    return `${keys.join(".")} ${element?.dataset?.testid ?? element?.tagName ?? node?.nodeName} ` +
      (node?.textContent ?? "").slice(0, 40);
  };
  const box = (rect) => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(",");
  const seen = (window.__moved = { shifts: [], tops: [] });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      seen.shifts.push({
        value: entry.value,
        moved: entry.sources.map((one) =>
          `${name(one.node)}: ${box(one.previousRect)} → ${box(one.currentRect)}`),
      });
    }
  }).observe({ type: "layout-shift", buffered: true });
  const look = () => {
    const chart = document.querySelector(".st-key-run-chart");
    if (chart) {
      const top = Math.round(chart.getBoundingClientRect().top);
      if (seen.tops.at(-1) !== top) seen.tops.push(top);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


def watch(page: Page) -> None:
    """Watch each document that this page opens from now on."""
    page.add_init_script(_WATCH)


def forget(page: Page) -> None:
    """Begin anew: what has moved until now is of no interest."""
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {"
        " window.__moved.shifts.length = 0; window.__moved.tops.length = 0; done(); })))"
    )


def shifts(page: Page) -> list[Any]:
    """Every layout shift since `forget`, also those just after a click, with what moved."""
    page.wait_for_timeout(0)
    found: list[Any] = page.evaluate("window.__moved.shifts")
    return found


def chart_tops(page: Page) -> list[int]:
    """The different places in which the chart's top edge was drawn, in pixels."""
    found: list[int] = page.evaluate("window.__moved.tops")
    return found
