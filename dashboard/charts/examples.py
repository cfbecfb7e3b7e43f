"""One image of each class with its name below it: what a network is to tell apart."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.samples import SampleRow, png, samples_info
from dashboard.charts.theme import DARK, LIGHT
from dashboard.words.translation import _
from dashboard.words.wording import with_article

__all__ = ["examples_html", "examples_info"]

_MOST = 10  # classes that are shown; one row on a wide page, two on a phone


def examples_info(labels: NDArray[np.int64], classes: Sequence[str]) -> tuple[SampleRow, ...]:
    """An image of each of the first ten classes; the same ones each time.

    Args:
        labels: (N,) of the images.
        classes: their names.
    """
    return samples_info(labels, classes[:_MOST], 1, seed=8)


def examples_html(
    classes: Sequence[str],
    rows: Sequence[SampleRow] = (),
    images: NDArray[np.uint8] | None = None,
) -> str:
    """The images as one HTML fragment with its styles; before they are there, frames of their size.

    Args:
        classes: names of all classes.
        rows: what `examples_info` found; empty before the images are on this machine.
        images: (N, 28, 28) all images, where there are any.
    """
    shown = {row.label: row.indices[0] for row in rows if row.indices}
    body = "".join(
        _example_html(label, None if images is None or label not in shown else images[shown[label]])
        for label in classes[:_MOST]
    )
    return f"<style>{_style()}</style><div class='examples'>{body}</div>"


def _example_html(label: str, image: NDArray[np.uint8] | None) -> str:
    name = html.escape(label)
    if image is None:
        return f"<figure><span></span><figcaption>{name}</figcaption></figure>"
    words = html.escape(_("An image of {label}", label=with_article(label)), quote=True)
    return f"<figure><img alt='{words}' src='{png(image)}'><figcaption>{name}</figcaption></figure>"


def _style() -> str:
    empty = f"light-dark({LIGHT.grid}, {DARK.grid})"
    muted = f"light-dark({LIGHT.muted}, {DARK.muted})"
    return f"""
.examples {{ display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 10px; }}
.examples figure {{ margin: 0; min-width: 0; text-align: center; }}
.examples :is(img, span) {{ display: block; width: 100%; aspect-ratio: 1; border-radius: 6px;
  image-rendering: pixelated; background: {empty}; }}
.examples figcaption {{ margin-top: 4px; font-size: 0.8125rem; line-height: 1.2; color: {muted};
  overflow-wrap: anywhere; }}
@media (max-width: 640px) {{ .examples {{ grid-template-columns: repeat(5, minmax(0, 1fr)); }} }}
"""
