"""Points of the plane, each the sign of its class; the one below the pointer shows its image.

Plotly shows no images on hover; this component draws on a canvas, and a click says which point.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.charts.signs import class_colour, class_letters
from dashboard.charts.theme import Palette
from dashboard.components.message import DECODER, SPRITE_COLUMNS, pack_arrays, sprite
from dashboard.components.script import LASTING, lean
from dashboard.words.translation import _
from dashboard.words.wording import as_sentence, listed

__all__ = ["class_looks", "cloud", "cloud_script", "cloud_texts", "letters_in_words"]

_START = """
const clouds = new WeakMap();
export default function ({ data, parentElement, setTriggerValue }) {
  let cloud = clouds.get(parentElement);
  if (!cloud) {
    cloud = new Cloud(parentElement, () => {});
    clouds.set(parentElement, cloud);
  }
  cloud.opened = (index) => {
    window.__leavePlace?.();  // Back leads to the points
    setTriggerValue("opened", index);
  };
  if (data) {
    const found = decodeArrays(data);
    cloud.show({ ...found, ...found.arrays });
  }
  return whenGone(parentElement, () => { cloud.end(); clouds.delete(parentElement); });
}
"""


def cloud(
    xy: NDArray[np.float32],
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    images: NDArray[np.uint8],
    classes: Sequence[str],
    colours: Palette,
    *,
    key: str,
    summary: str,
    on_opened: Callable[[], None],
) -> None:
    """Draw the points; `st.session_state[key].opened` is the one that was clicked.

    Args:
        xy: (N, 2).
        labels: (N,) true classes.
        predicted: (N,) the model's answers; where they differ the point is ringed.
        images: (N, 28, 28).
        classes: the names of the classes.
        colours: of the page.
        key: of the component.
        summary: what is seen, in words.
        on_opened: called after a click.
    """
    header = {
        **class_looks(classes, colours),
        "sheet": sprite(images),
        "columns": SPRITE_COLUMNS,
        "text": cloud_texts(summary),
    }
    arrays = {
        "xy": xy.astype(np.float32),
        "labels": labels.astype(np.int32),
        "predicted": predicted.astype(np.int32),
    }
    _component()(key=key, data=pack_arrays(header, arrays), on_opened_change=on_opened)


def class_looks(classes: Sequence[str], colours: Palette) -> dict[str, list[str]]:
    """Name, sign and colour of each class, as the drawing takes them."""
    return {
        "names": list(classes),
        "signs": class_letters(classes),
        "hues": [class_colour(number, colours) for number in range(len(classes))],
    }


def cloud_texts(summary: str) -> dict[str, str]:
    """What the drawing says of itself and of a point."""
    right = _("Test image {index}: {label}", index="{index}", label="{label}")
    return {
        "summary": summary,
        "keys": _("Arrow keys go from point to point, Enter opens its image."),
        "right": right,
        "wrong": _(
            "Test image {index}: {label}, read as {read}",
            index="{index}",
            label="{label}",
            read="{read}",
        ),
    }


def letters_in_words(classes: Sequence[str]) -> str:
    """Which sign is which class, where the names are too long to be signs."""
    if class_letters(classes) == list(classes):
        return ""
    signs = zip(class_letters(classes), classes, strict=True)
    return as_sentence(listed(f"{sign} {name}" for sign, name in signs))


def cloud_script() -> str:
    """The drawing alone, for other components."""
    here = Path(__file__)
    return DECODER + LASTING + lean(here.with_name("type_size.js")) + lean(here.with_suffix(".js"))


@functools.cache
def _component() -> Any:
    return st.components.v2.component("cloud", js=cloud_script() + _START, isolate_styles=False)
