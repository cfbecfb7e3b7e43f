"""The chosen cell of the matrix: a true and a predicted class, each of which may be any.

The address names it as `cell=5-3`, a whole row as `5-`, a whole column as `-3`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dashboard.session import places

__all__ = ["PARAMETER", "ChosenCell", "choose_cell", "chosen_cell"]

PARAMETER = "cell"
_FORM = re.compile(r"(\d{0,3})-(\d{0,3})")


class ChosenCell(NamedTuple):
    """Indices of classes; None for any."""

    true: int | None
    predicted: int | None


def chosen_cell(classes: int) -> ChosenCell:
    """The cell that the address or a click names.

    Any where it names none that there is; the address then does not name it any longer.
    """
    found = _FORM.fullmatch(places.place(PARAMETER) or "")
    numbers = [int(text) if text else None for text in found.groups()] if found else [None, None]
    if not found or any(number is not None and number >= classes for number in numbers):
        choose_cell(None, None)
        places.write_in_address({PARAMETER: None})
        return ChosenCell(None, None)
    return ChosenCell(*numbers)


def choose_cell(true: int | None, predicted: int | None) -> None:
    """Choose a cell, a row or a column from now on."""
    texts = ["" if number is None else str(number) for number in (true, predicted)]
    places.go_to(**{PARAMETER: "-".join(texts) if any(texts) else None})
