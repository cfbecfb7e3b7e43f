"""The saved epochs of a run as a film: one slider moves four drawings together.

All frames go to the browser at once; a move of the slider asks nobody.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.charts.legend import (
    answer_signs,
    matrix_signs,
    point_signs,
    sign_list,
    weight_signs,
)
from dashboard.charts.theme import Palette
from dashboard.components.cloud import class_looks, cloud_script, cloud_texts, letters_in_words
from dashboard.components.message import SPRITE_COLUMNS, pack_arrays, sprite
from dashboard.components.script import lean
from dashboard.words.translation import _

__all__ = ["FilmInfo", "film", "film_message"]

_PARTS = ("numbers", "film_colours", "film_style", "film")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmInfo:
    """What the film shows; F frames, C classes, N points.

    Attributes:
        frames: "title" and "words" of each.
        classes: the names of the classes.
        arrays: "confusion" (F, C, C), "weights" (F, U, 784), "xy" (F, N, 2) and "probabilities"
            (F, T, C), as the job "epochs" gives them.
        labels: (N,) true classes of the points.
        images: (N, 28, 28) their images.
        image: the test image whose probabilities are shown.
        label: its true class.
    """

    frames: Sequence[Mapping[str, str]]
    classes: tuple[str, ...]
    arrays: Mapping[str, NDArray[Any]]
    labels: NDArray[np.int64]
    images: NDArray[np.uint8]
    image: int
    label: int


def film(info: FilmInfo, colours: Palette, *, key: str, on_opened: Callable[[], None]) -> None:
    """Draw the film; `st.session_state[key].opened` is the point that was clicked.

    Args:
        info: what it shows.
        colours: of the page.
        key: of the component.
        on_opened: called after a click on a point.
    """
    _component()(key=key, data=film_message(info, colours), on_opened_change=on_opened)


def film_message(info: FilmInfo, colours: Palette) -> bytes:
    """All frames as one message; weights as bytes on one scale, 128 for 0."""
    found = info.arrays
    count = len(info.labels)
    arrays = {
        "confusion": found["confusion"].astype(np.int32),
        "weights": _as_bytes(found["weights"]),
        "xy": found["xy"].astype(np.float32),
        "chances": found["probabilities"][:, info.image].astype(np.float32),
        "predicted": found["probabilities"][:, :count].argmax(2).astype(np.int32),
        "labels": info.labels.astype(np.int32),
    }
    pressed = hashlib.blake2b(digest_size=8)
    for array in (arrays["weights"], arrays["xy"], arrays["confusion"]):
        pressed.update(array.tobytes())
    header = {
        "film": pressed.hexdigest(),
        "revision": f"{pressed.hexdigest()}-{info.image}-{colours.name}",
        "frames": [dict(frame) for frame in info.frames],
        **class_looks(info.classes, colours),
        "label": info.label,
        "sheet": sprite(info.images),
        "columns": SPRITE_COLUMNS,
        "colours": {
            name: getattr(colours, name)
            for name in ("right", "wrong", "right_scale", "wrong_scale", "diverging")
        },
        "text": {**cloud_texts(_("The last hidden layer in the plane")), **_texts(info, colours)},
    }
    return pack_arrays(header, arrays)


def _texts(info: FilmInfo, colours: Palette) -> dict[str, Any]:
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "slider": _("Epoch"),
        "letters": letters_in_words(info.classes),
        "titles": [
            _("Confusion matrix (rows true, columns predicted)"),
            _("What the first layer looks for"),
            _("The last hidden layer in the plane"),
            _("What it makes of test image {image}", image=info.image),
        ],
        "signs": [  # of each of them
            sign_list(matrix_signs(colours)),
            sign_list(weight_signs(colours, shared=True)),
            sign_list(point_signs()),
            sign_list(answer_signs(colours.right, colours.wrong)),
        ],
        "rows": _("true, by predicted"),
    }


def _as_bytes(weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    most = float(np.abs(weights).max()) or 1.0
    return np.round(weights / most * 127 + 128).astype(np.uint8)


@functools.cache
def _component() -> Any:
    folder = Path(__file__).parent
    script = cloud_script() + "".join(lean(folder / f"{part}.js") for part in _PARTS)
    return st.components.v2.component("film", js=script, isolate_styles=False)
