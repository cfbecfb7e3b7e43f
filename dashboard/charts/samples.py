"""Some images of each class, a row a class, as one HTML grid.

A row is one PNG that folds to the width of the window: a grid of single images takes four times
as long to draw, and a Plotly image cannot keep its shape on a phone.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.charts.theme import Palette
from dashboard.words.translation import _

__all__ = ["SampleRow", "png", "row_image", "samples_html", "samples_info"]

_GAP = 2  # pixels between two images of a row
_LABEL = 11  # characters a label may take
_MANY = 12  # classes; with more, the rows have two columns


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One class and the images drawn from it."""

    label: str
    images: int  # of this class in the split
    indices: tuple[int, ...]  # indices into the split; fewer than asked where there are fewer


def samples_info(
    labels: NDArray[np.int64], classes: Sequence[str], each: int, seed: int
) -> tuple[SampleRow, ...]:
    """Draw `each` images of every class, without repetition; the same seed draws the same."""
    rng = np.random.default_rng(seed)
    rows = []
    for index, label in enumerate(classes):
        members = np.flatnonzero(labels == index)
        indices = rng.choice(members, min(each, len(members)), replace=False)
        rows.append(SampleRow(label=label, images=len(members), indices=tuple(indices.tolist())))
    return tuple(rows)


def row_image(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Images (N, H, W) side by side as (H, columns·(W + gap) − gap, 2): grey value and opacity."""
    count, height, width = images.shape
    row = np.zeros((height, columns * (width + _GAP) - _GAP, 2), np.uint8)
    for index in range(count):
        left = index * (width + _GAP)
        row[:, left : left + width, 0] = images[index]
        row[:, left : left + width, 1] = 255
    return row


def png(pixels: NDArray[np.uint8]) -> str:
    """(H, W) grey or (H, W, 2) grey with opacity, as the address of an inline PNG."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"


def samples_html(
    rows: Sequence[SampleRow], images: NDArray[np.uint8], each: int, colours: Palette
) -> str:
    """The rows as one HTML fragment with its styles.

    Args:
        rows: what to show.
        images: (N, 28, 28) all images of the split.
        each: images a row has room for.
        colours: of the page.
    """
    body = "".join(_row_html(row, images, each) for row in rows)
    blocks = 2 if len(rows) > _MANY else 1
    style = _style(colours, blocks, _label_width(rows))
    return f"<style>{style}</style><div class='samples'>{body}</div>"


def _row_html(row: SampleRow, images: NDArray[np.uint8], each: int) -> str:
    label = html.escape(row.label)
    alt = html.escape(
        _(
            "{shown} images of {label}, of {images:,}",
            shown=len(row.indices),
            label=row.label,
            images=row.images,
        ),
        quote=True,
    )
    picture = png(row_image(images[list(row.indices)], each))
    return f"<div title='{alt}'><b>{label}</b><img alt='{alt}' src='{picture}'></div>"


def _label_width(rows: Sequence[SampleRow]) -> int:
    """Room for the labels, in characters; long ones break between words."""
    return min(max((len(row.label) for row in rows), default=1), _LABEL) + 1


def _style(colours: Palette, blocks: int, width: int) -> str:
    return f"""
.samples {{ display: grid; grid-template-columns: repeat({blocks}, 1fr); gap: 4px 28px;
  max-width: 80rem; }}
.samples div {{ display: flex; align-items: center; gap: 12px; min-width: 0; }}
.samples b {{ flex: none; width: {width}ch; text-align: right; font-weight: 600;
  font-size: 0.95rem; color: {colours.text}; overflow-wrap: anywhere; line-height: 1.15; }}
.samples img {{ flex: 1; min-width: 0; width: 100%; height: auto; image-rendering: pixelated;
  border-radius: 3px; }}
@media (max-width: 640px) {{ .samples {{ grid-template-columns: 1fr; }}
  .samples div {{ gap: 8px; }} }}
"""
