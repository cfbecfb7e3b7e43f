"""How much of a page is styled anew by a change of one element, as the browser counts it.

A rule such as `[class*=x] > *`, or `:has()` of any element, makes every change on the page a change
of all of it, and a page that refreshes itself is then busy with nothing else.
"""

from __future__ import annotations

import json

from playwright.sync_api import Page

__all__ = ["restyled"]

_CHANGES = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const main = document.querySelector('[data-testid=stMain]');
  const change = async (name, there, back) => {
    await frame();
    await frame();
    document.body.offsetHeight; // what the page itself has changed is styled, and not counted below
    performance.mark(`begin ${name}`);
    there();
    document.body.offsetHeight; // styles are up to date
    performance.mark(`end ${name}`);
    back();
  };
  const added = document.createElement('div');
  await change('element', () => main.append(added), () => added.remove());
  const classes = main.classList;
  await change('class', () => classes.add('changed'), () => classes.remove('changed'));
}"""


def restyled(page: Page) -> dict[str, int]:
    """Elements that were styled anew by an added `element`, and by a change of a `class`."""
    browser = page.context.browser
    assert browser
    browser.start_tracing(page=page, categories=["devtools.timeline", "blink.user_timing"])
    page.evaluate(_CHANGES)
    told = json.loads(browser.stop_tracing())["traceEvents"]
    marks = {one["name"]: one["ts"] for one in told if one["cat"] == "blink.user_timing"}
    return {
        name: sum(
            one["args"].get("elementCount", 0)
            for one in told
            if one["name"] == "UpdateLayoutTree"
            and marks[f"begin {name}"] <= one["ts"] <= marks[f"end {name}"]
        )
        for name in ("element", "class")
    }
