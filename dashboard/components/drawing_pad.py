"""The drawing pad: strokes and images, and a network whose answer follows while one draws.

A network of up to twelve megabytes travels to the browser, once, where the pad's pixels are
prepared as MNIST was and go through it at every frame: thirty people who draw at once ask the
server for nothing but the page. A larger one answers through the server, after each stroke and when
the pen rests. Strokes and images come back as a trigger, when a stroke has ended. (The canvas
component that Streamlit pages used is no longer maintained: andfanilo/streamlit-drawable-canvas.)
"""

from __future__ import annotations

import binascii
import functools
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from dashboard.components.message import message
from dashboard.components.script import LASTING, lean
from dashboard.words.translation import _, translated
from mlcore.words import NO_IMAGE

__all__ = ["MOST_BYTES", "Sent", "drawing_pad", "network_numbers", "sent"]

MOST_BYTES = 4 * 2**20
"""Bytes of an image that are taken from a browser; the pad sends less than half of it."""

_PARTS = (
    "numbers",
    "drawing_network",
    "drawing_strokes",
    "drawing_images",
    "drawing_answer",
    "drawing_pad",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a person drew or chose.

    Attributes:
        kind: strokes on the pad, an image of any kind, or nothing any more.
        content: an image file; a PNG of 280 × 280 where it is of strokes.
        serial: number of the drawing on this page.
    """

    kind: Literal["strokes", "image", "none"]
    content: bytes
    serial: int


def drawing_pad(
    header: Mapping[str, Any],
    *,
    key: str,
    on_drawing: Callable[[], None],
) -> None:
    """Draw the pad with bars and steps.

    Args:
        header: "classes"; "centre"; "network" ("widths", "activation", "mean", "std", and the
            "mark" with which `network_numbers` sent it) or None;
            "answer" of the server to an image or a large network ("serial", "image", "steps",
            "probabilities") or None; "low" and "high", between which inputs lie; "problem" of the
            drawing that has the number "serial".
        key: of the component.
        on_drawing: called when something was drawn, chosen or cleared; `sent` says what.
    """
    _component()(key=key, data={**header, "texts": _texts()}, on_drawing_change=on_drawing)


def network_numbers(mark: str, numbers: bytes) -> None:
    """Send a network's numbers to the browser, before the pad and outside of what draws it anew.

    Args:
        mark: what they are of, to be named to the pad.
        numbers: float32.
    """
    with st.container(key="drawing-network"):  # takes no room
        _numbers()(key="drawing-numbers", data=message({"mark": mark}, numbers), height=1)


def sent(key: str) -> Sent | None:
    """What came from the pad with this run of the script; None where nothing sound did."""
    state = st.session_state.get(key)
    value = state.get("drawing") if isinstance(state, Mapping) else None
    if not isinstance(value, Mapping) or value.get("kind") not in ("strokes", "image", "none"):
        return None
    content, serial = value.get("content"), value.get("serial")
    if not isinstance(content, str) or type(serial) is not int or len(content) > 2 * MOST_BYTES:
        return None
    try:
        data = b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) > MOST_BYTES or bool(data) == (value["kind"] == "none"):
        return None
    return Sent(kind=value["kind"], content=data, serial=serial)


def _texts() -> dict[str, str]:
    return {
        "answer": _("What the model says"),
        "steps": _("Step by step, as MNIST was made"),
        "pad": _(
            "Pad to draw on. Arrow keys move a pen, Space puts it down and lifts it, Control Z "
            "undoes; an image can be pasted or uploaded."
        ),
        "hint": _("Draw a digit here, or paste an image"),
        "undo": _("Undo"),
        "clear": _("Clear"),
        "width": _("Pen"),
        "upload": _("Upload"),
        "photograph": _("Photograph"),
        "take": _("Take it"),
        "shooting": _("Hold the paper into the picture, then press “Take it”."),
        "insecure": _(
            "The browser gives its camera only to pages of this machine or over https: take the "
            "photograph with a phone, and upload it."
        ),
        "refused": _(
            "No camera can be used: there is none, another program has it, or the browser was not "
            "allowed to. Upload an image instead."
        ),
        "unreadable": translated(NO_IMAGE),
        "late": _("The image was not read in time: try again, or choose a smaller one."),
        "reading": _("Reading the image …"),
        "empty": _("Nothing is drawn yet."),
        "waiting": _("The model is asked …"),
        "verdict": _("It looks like {label}: {share}", label="#", share="%%"),
        "step_grey": _("Grey, from 0 to 255"),
        "step_inverted": _("Inverted, as the paper is light"),
        "step_evened": _("Evened out: paper and shadows taken off"),
        "step_cropped": _("Cropped to what is written"),
        "step_boxed": _("Fitted into 20 × 20, the ratio kept"),
        "step_centred": _("Centred by its mass in 28 × 28"),
        "step_resized": _("The whole image, only resized to 28 × 28"),
        "step_normalised": _("Normalised as the model asks: {low} to {high}", low="#", high="%%"),
    }


@functools.cache
def _numbers() -> Any:
    script = lean(Path(__file__).with_name("drawing_numbers.js"))
    return st.components.v2.component("drawing_numbers", js=script)


@functools.cache
def _component() -> Any:
    folder = Path(__file__).parent
    script = LASTING + "\n".join(lean(folder / f"{part}.js") for part in _PARTS)
    return st.components.v2.component("drawing_pad", js=script, isolate_styles=False)
