"""What the colours and signs of a drawing mean: small samples with words, one line that wraps.

For whatever has no legend of Plotly's own; `assets/style.css` says how it looks.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.charts.theme import Palette, Scale
from dashboard.words.translation import _

__all__ = [
    "Sign",
    "answer_signs",
    "changed_pixel_signs",
    "difference_signs",
    "flow_signs",
    "matrix_signs",
    "network_signs",
    "point_signs",
    "sign_list",
    "weight_signs",
]

_Shape = Literal["line", "wedge", "box", "scale", "frame", "ring", "letter", "underlined"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sample: its shape, what it means, its colours; without one, that of the text."""

    shape: _Shape
    words: str
    colours: tuple[str, ...] = ()


def sign_list(signs: Sequence[Sign]) -> str:
    """The legend as HTML, a list for those who hear it."""
    items = "".join(
        f"<li><i class='sign-{sign.shape}' aria-hidden='true' style='{_style(sign.colours)}'>"
        f"{_LETTERS.get(sign.shape, '')}</i><span>{html.escape(sign.words)}</span></li>"
        for sign in signs
    )
    label = html.escape(_("What the signs mean"), quote=True)
    return f"<ul class='signs' role='list' aria-label='{label}'>{items}</ul>"


_LETTERS: dict[str, str] = {"letter": "3", "underlined": "3"}


def _style(colours: tuple[str, ...]) -> str:
    if not colours:
        return ""
    if len(colours) == 1:
        return f"--sign:{colours[0]}"
    return f"--sign:linear-gradient(90deg,{','.join(colours)})"


def network_signs(colours: Palette, *, change: bool, deep: bool) -> tuple[Sign, ...]:
    """Of the drawing of a network (`components/network.js`).

    Args:
        colours: of the page.
        change: what is drawn of a weight is what a step changed.
        deep: it has a hidden layer, so that weights are lines too.
    """
    half = (f"{colours.wrong} 50%", f"{colours.right} 50%")
    answer = (f"{colours.right} 50%", f"{colours.wrong} 50%")
    around_zero = (colours.wrong, colours.diverging[1][1], colours.right)
    pixel = (
        _("pixel of a unit: how its weight changed")
        if change
        else _("pixel of a unit: its weight, from negative to positive")
    )
    output = (
        _("cell, frame of a unit: its output, from negative to positive")
        if deep
        else _("frame of a unit: its output, from negative to positive")
    )
    return (
        *(_line_signs(colours, change=change) if deep else ()),
        Sign("line", _("from the image: a unit's sum, negative or positive"), half),
        Sign("scale", pixel, around_zero),
        Sign("scale", output, around_zero),
        Sign("box", _("likeliest class: right, or wrong"), answer),
        Sign("underlined", _("true class")),
    )


def _line_signs(colours: Palette, *, change: bool) -> tuple[Sign, ...]:
    """Of the lines between units."""
    if change:
        return (
            Sign("line", _("weight that rose"), (colours.right,)),
            Sign("line", _("weight that fell"), (colours.wrong,)),
            Sign("wedge", _("thicker: it changed more; only the largest changes are drawn")),
        )
    return (
        Sign("line", _("positive weight"), (colours.right,)),
        Sign("line", _("negative weight"), (colours.wrong,)),
        Sign("wedge", _("thicker: larger; only the largest are drawn")),
    )


def weight_signs(colours: Palette, *, shared: bool) -> tuple[Sign, ...]:
    """Of weights as images; `shared`: all are on one scale, else each on its own."""
    text = (
        _("weight of a pixel, from negative to positive; the same scale in every epoch")
        if shared
        else _("weight of a pixel, from negative to positive; each image has a scale of its own")
    )
    return (Sign("scale", text, _of(colours.diverging)),)


def matrix_signs(colours: Palette) -> tuple[Sign, ...]:
    """Of a confusion matrix."""
    return (
        Sign(
            "scale",
            _("recognised: the stronger, the larger the share"),
            _of(colours.right_scale),
        ),
        Sign("scale", _("mistaken: the stronger, the more often"), _of(colours.wrong_scale)),
    )


def difference_signs(colours: Palette) -> tuple[Sign, ...]:
    """Of the difference of two confusion matrices."""
    worse, better = colours.wrong_scale, colours.right_scale
    return (
        Sign("scale", _("the second model is worse here"), (worse[2][1], worse[1][1])),
        Sign("scale", _("the second model is better here"), (better[1][1], better[2][1])),
    )


def point_signs() -> tuple[Sign, ...]:
    """Of images as points of the plane."""
    return (
        Sign("letter", _("sign and colour: the true class")),
        Sign("ring", _("taken for another class")),
    )


def answer_signs(right: str, wrong: str) -> tuple[Sign, ...]:
    """Of bars of probabilities, in these colours."""
    return (
        Sign("box", _("true class"), (right,)),
        Sign("box", _("another class"), (wrong,)),
    )


def changed_pixel_signs(colours: Palette) -> tuple[Sign, ...]:
    """Of the frames around changed pixels."""
    return (
        Sign("frame", _("made white"), (colours.right,)),
        Sign("frame", _("made black"), (colours.wrong,)),
    )


def flow_signs(colours: Palette) -> tuple[Sign, ...]:
    """Of the bars of every layer, through which an image goes."""
    return (
        Sign("box", _("above 0"), (colours.right,)),
        Sign("box", _("below 0"), (colours.wrong,)),
        Sign("box", _("the unit that is chosen"), (colours.text,)),
    )


def _of(scale: Scale) -> tuple[str, ...]:
    return tuple(colour for _place, colour in scale)
