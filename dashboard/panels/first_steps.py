"""The line that leads through a first visit, at the top of every page."""

from __future__ import annotations

from functools import partial

from dashboard.components.first_steps import first_steps_line
from dashboard.panels import actions
from dashboard.session import first_steps, places
from dashboard.words.first_steps import STEPS

__all__ = ["line"]


def line(page: str) -> None:
    """Draw the line.

    Args:
        page: the one that is shown.
    """
    first_steps.news()  # this tells it
    first_steps_line(page, first_steps.done(), first_steps.again(), partial(_go, page))


def _go(before: str, step: str) -> None:
    places.lead_to(**STEPS[step].places)
    places.leave_for(STEPS[step].page, before)
    if step == "train":
        actions.train()
