"""Style sheets of the pages, as wide screens and projectors need them."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import streamlit as st

from dashboard import session

__all__ = ["styles"]

_ASSETS = Path(__file__).parents[1] / "assets"
_WALL = 1600  # pixels of width from which type on a projector is larger still
_FACTORS = (1.25, 1.5)  # below and from there; `projector.css` says the same
_QUERY = re.compile(r"@media \((min|max)-width: (\d+)px\)")


def styles(*names: str) -> None:
    """Send style sheets of `dashboard/assets`, by their names; for a projector one more."""
    wanted = (*names, "projector") if session.projector() and "style" in names else names
    for name in wanted:
        st.html(_sheet(name, projector=session.projector()))


@functools.cache
def _sheet(name: str, *, projector: bool) -> str:
    text = (_ASSETS / f"{name}.css").read_text(encoding="utf-8")
    return f"<style>{_QUERY.sub(_widened, text) if projector else text}</style>"


def _widened(found: re.Match[str]) -> str:
    """A query for the width at which there is as much room for the larger type."""
    end, width = found[1], int(found[2])
    small, large = (round(width * factor) for factor in _FACTORS)
    return (
        f"@media ({end}-width: {small}px) and (max-width: {_WALL - 0.02}px),"
        f" ({end}-width: {large}px) and (min-width: {_WALL}px)"
    )
