"""The first layer's weights as images: what each unit looks for."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.legend import sign_list, weight_signs
from dashboard.charts.samples import png
from dashboard.charts.theme import Palette, Scale
from dashboard.words.translation import _
from dashboard.words.wording import figure

__all__ = ["Order", "UnitImage", "coloured", "unit_images", "weights_html"]

Order = Literal["norm", "class"]
SIDE = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitImage:
    """One unit of the first layer."""

    row: int  # in the arrays
    unit: int  # from 0
    norm: float
    label: str  # the class that it speaks for


def unit_images(
    units: NDArray[np.int64],
    norms: NDArray[np.floating[Any]],
    spoken_for: NDArray[np.int64],
    classes: Sequence[str],
    order: Order,
) -> tuple[UnitImage, ...]:
    """The units in the order in which they are shown.

    Args:
        units: (U,) which ones, largest norm first.
        norms: (U,).
        spoken_for: (U,) class of each.
        classes: the names of the classes.
        order: by norm, largest first; or by class, and by norm within each.
    """
    rows = list(range(len(units)))
    if order == "class":
        rows.sort(key=lambda row: (int(spoken_for[row]), -float(norms[row])))
    return tuple(
        UnitImage(
            row=row,
            unit=int(units[row]),
            norm=float(norms[row]),
            label=classes[int(spoken_for[row])],
        )
        for row in rows
    )


def weights_html(shown: Sequence[UnitImage], weights: NDArray[np.float32], colours: Palette) -> str:
    """The units as a grid of images, each on its own scale: 0 is the page's quiet colour.

    Args:
        shown: which, in this order.
        weights: (U, 784).
        colours: of the page.
    """
    cards = []
    for one in shown:
        words = html.escape(
            _("Unit {unit}, speaks for {label}", unit=one.unit, label=one.label), quote=True
        )
        picture = png(coloured(weights[one.row], colours.diverging))
        cards.append(
            f"<figure role='listitem' title='{words}'><img alt='{words}' src='{picture}'>"
            f"<figcaption>{one.unit} · <b>{html.escape(one.label)}</b> · {figure(one.norm, 2)}"
            "</figcaption></figure>"
        )
    style = f"""
.weights {{ display: grid; gap: 10px;
  grid-template-columns: repeat(auto-fill, minmax(5.75rem, 1fr)); }}
.weights figure {{ margin: 0; min-width: 0; }}
.weights img {{ width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 4px;
  border: 1px solid {colours.grid}; display: block; }}
.weights figcaption {{ font-size: 0.75rem; margin-top: 3px; text-align: center; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }}
"""
    legend = sign_list(weight_signs(colours, shared=False))
    return f"<style>{style}</style><div class='weights' role='list'>{''.join(cards)}</div>{legend}"


def coloured(values: NDArray[np.float32], scale: Scale) -> NDArray[np.uint8]:
    """(784,) as (28, 28, 3): from the scale's first colour to its last, 0 in the middle."""
    most = float(np.abs(values).max()) or 1.0
    at = (values / most + 1) / 2  # 0 to 1
    positions = [position for position, _colour in scale]
    channels = [
        np.interp(at, positions, [int(colour[i : i + 2], 16) for _position, colour in scale])
        for i in (1, 3, 5)
    ]
    return np.round(np.stack(channels, -1)).astype(np.uint8).reshape(SIDE, SIDE, 3)
