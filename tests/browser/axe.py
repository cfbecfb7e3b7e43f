"""axe-core in a page: what it finds against the rules of accessibility."""

from __future__ import annotations

from importlib import resources
from typing import Any

from playwright.sync_api import Page

__all__ = ["faults", "faults_in_both_themes"]

_SETTLED = """scheme => {
  if (getComputedStyle(document.documentElement).colorScheme !== scheme) return false;
  const app = document.querySelector('[data-testid=stApp]');
  if (app.getAttribute('data-test-script-state') !== 'notRunning') return false;
  if (document.querySelector('[data-testid=stMain] [data-stale=true]')) return false;
  const before = window.coloursSeen;
  window.coloursSeen = [...document.querySelectorAll('body *')].map((node) => {
    const style = getComputedStyle(node);
    return `${style.color} ${style.backgroundColor} ${style.opacity}`;
  }).join();
  return window.coloursSeen === before;
}"""
"""Whether nothing is being drawn, and no colour changed since it was asked last.

Those of a theme fade in, and what is about to be drawn anew, as charts in another theme, is pale.

What the page mends about a change (reading.js) comes within 120 ms: it is asked less often.
"""

_ELSEWHERE: dict[str, str] = {}
"""Rule → selector of what Streamlit draws itself and cannot be mended from outside, with why."""


def faults(page: Page, *, strong: bool = False) -> list[str]:
    """Each fault as a line: how grave, the rule, the element, what is wrong.

    Args:
        page: what is looked at.
        strong: text whose contrast is below 7:1, and nothing else.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found: dict[str, Any] = page.evaluate(
        "strong => axe.run(document, {resultTypes: ['violations'],"
        " ...(strong ? {runOnly: {type: 'rule', values: ['color-contrast-enhanced']}} : {})})",
        strong,
    )
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:160]} ({node.get('failureSummary', '')})"
        for rule in found["violations"]
        for node in rule["nodes"]
        if rule["id"] not in _ELSEWHERE or _ELSEWHERE[rule["id"]] not in str(node["target"])
    ]


def faults_in_both_themes(page: Page, what: str, *, strong: bool = False) -> list[str]:
    """The same in the light and in the dark, with what is shown before each line."""
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(_SETTLED, arg=scheme, polling=250)
        found += [f"{what}, {scheme}: {line}" for line in faults(page, strong=strong)]
    return found
