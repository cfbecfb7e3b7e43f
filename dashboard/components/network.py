"""The network as TensorFlow Playground draws its own, for images: one node that keeps moving.

A new picture repaints the units, edges and bars that are there; what the pointer or the keyboard
is at stays. Nothing of Plotly is needed, and no animation runs between two pictures.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.charts.theme import Palette
from dashboard.components.message import DECODER, pack_arrays
from dashboard.components.script import LASTING, lean
from dashboard.words.network import layer_title
from dashboard.words.translation import _
from dashboard.words.wording import as_sentence, sentences
from mlcore.insight.diagram import Diagram, DrawnLayer, Reaction

__all__ = ["MOST_CLASSES", "View", "network", "network_message"]

View = Literal["weights", "change"]
"""What is drawn of each weight: itself, or what the last step changed."""

MOST_CLASSES = 16
"""Classes that are drawn: of more, those with the largest probabilities and the true one."""

_PARTS = ("numbers", "type_size", "film_colours", "network_places", "network_card", "network")


def network(message: bytes, *, key: str) -> None:
    """Draw a network, or the next picture of it.

    Args:
        message: what `network_message` gave.
        key: of the component.
    """
    _component()(key=key, data=message, height="content")


def network_message(
    diagram: Diagram, image: int, classes: Sequence[str], colours: Palette, view: View
) -> bytes:
    """A diagram as the browser takes it; the same for all sessions that show it alike.

    Args:
        diagram: the network.
        image: which of its reactions is drawn.
        classes: names of all classes.
        colours: of the page.
        view: what is drawn of each weight; a diagram without changes draws none.

    Raises:
        KeyError: the diagram has no reaction to the image.
    """
    reaction = diagram.reaction(image)
    if reaction is None:
        raise KeyError(image)
    shown = _shown_classes(reaction)
    arrays = _arrays(diagram, reaction, shown, view)
    header: dict[str, Any] = {
        "layers": [
            {
                "name": layer.name,
                "title": layer_title(layer, last=layer is diagram.layers[-1]),
                "units": shown if layer is diagram.layers[-1] else list(layer.units),
            }
            for layer in diagram.layers
        ],
        "classes": [classes[number] for number in shown],
        "shown": shown,
        "label": reaction.label,
        "image": image,
        "step": diagram.step,
        "view": view,
        "colours": _colours(colours),
        "text": _texts(image),
    }
    header["revision"] = _digest(header, arrays)
    return pack_arrays(header, arrays)


def _shown_classes(reaction: Reaction) -> list[int]:
    chances = reaction.probabilities
    if len(chances) <= MOST_CLASSES:
        return list(range(len(chances)))
    others = [n for n in np.argsort(-chances, kind="stable").tolist() if n != reaction.label]
    return sorted([reaction.label, *others[: MOST_CLASSES - 1]])


def _arrays(
    diagram: Diagram, reaction: Reaction, shown: list[int], view: View
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "pixels": reaction.pixels,
        "probabilities": reaction.probabilities[shown],
    }
    for number, (layer, values) in enumerate(zip(diagram.layers, reaction.layers, strict=True)):
        rows = np.array(shown) if layer is diagram.layers[-1] else np.arange(len(layer.units))
        weights = _weights(layer, view)[rows]
        if number:
            arrays[f"edges{number}"] = weights
            arrays[f"strongest{number}"] = values.strongest[rows]
        else:
            arrays["levels"] = _levels(weights)
        arrays[f"sums{number}"] = values.sums[rows]
        arrays[f"outputs{number}"] = values.outputs[rows]
        arrays[f"biases{number}"] = layer.biases[rows]
    return arrays


def _weights(layer: DrawnLayer, view: View) -> NDArray[np.float32]:
    if view == "weights":
        return layer.weights
    return np.zeros_like(layer.weights) if layer.change is None else layer.change


def _levels(weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Bytes on one scale, 128 for 0."""
    most = float(np.abs(weights).max()) or 1.0
    return np.round(weights / most * 127 + 128).astype(np.uint8)


def _colours(colours: Palette) -> dict[str, str]:
    return {
        "right": colours.right,
        "wrong": colours.wrong,
        "mid": colours.diverging[1][1],
        "muted": colours.muted,
        "line": colours.grid,
    }


def _texts(image: int) -> dict[str, str]:
    return {
        "image": _("Test image {image:,}", image=image),
        "unit": _("{layer}, unit {unit}", layer="{layer}", unit="{unit}"),
        "pair": _("{name}: {value}", name="{name}", value="{value}"),
        "comma": _(", "),
        "semicolon": _("; "),
        "sentence": as_sentence("{words}"),
        "sentences": sentences("{before}", "{after}"),
        "class": _("{layer}, class {name}", layer="{layer}", name="{name}"),
        "sum": _("Sum"),
        "bias": _("Bias in it"),
        "output": _("Output"),
        "probability": _("Probability"),
        "strongest": _("Strongest inputs: weight × output"),
    }


def _digest(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> str:
    pressed = hashlib.blake2b(repr(header).encode(), digest_size=8)
    for array in arrays.values():
        pressed.update(array.tobytes())
    return pressed.hexdigest()


@functools.cache
def _component() -> Any:
    folder = Path(__file__).parent
    script = DECODER + LASTING + "".join(lean(folder / f"{part}.js") for part in _PARTS)
    css = (folder / "network.css").read_text(encoding="utf-8")
    return st.components.v2.component("network", js=script, css=css, isolate_styles=False)
