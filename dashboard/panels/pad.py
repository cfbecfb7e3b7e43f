"""The pad, the probabilities that follow the stroke, and the steps."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.components.drawing_pad import drawing_pad, network_numbers, sent
from dashboard.components.figure_files import picture_files
from dashboard.panels.checkpoint_choice import Choice
from dashboard.server.drawings import network_of, predicted
from dashboard.session import drawn, first_steps, problems
from dashboard.words.translation import _, sentence
from dashboard.words.wording import signed
from mlcore.errors import ImageError

__all__ = ["pad", "send_network"]

_KEY, _CENTRE = "drawing-pad", "draw-centre"
_NETWORK = ("widths", "activation", "mean", "std")


def send_network(choice: Choice) -> dict[str, Any]:
    """Send the model to the browser where it is small enough; once, as it may be many megabytes.

    Returns:
        What `pad` is to know of it: "mean", "std", and "network", None where it was not sent.

    Raises:
        MlcoreError: the model's file cannot be used.
    """
    about, numbers = network_of(choice.path, choice.assumed, untrusted=choice.untrusted)
    network = None
    if about["file"] is not None:
        mark = hashlib.blake2b(numbers, digest_size=8).hexdigest()
        network_numbers(mark, numbers)
        network = {name: about[name] for name in _NETWORK} | {"mark": mark}
    return {"mean": about["mean"], "std": about["std"], "network": network}


def pad(choice: Choice, about: Mapping[str, Any], classes: Sequence[str]) -> bool:
    """Draw it; what a person draws is in `dashboard.session.drawn`.

    Args:
        choice: the model.
        about: what `send_network` says of it.
        classes: names of its classes.

    Returns:
        Whether drawings are cropped, fitted and centred.
    """
    centre = bool(st.session_state.get(_CENTRE, True))
    sent_along = about["network"] is not None
    header: dict[str, Any] = {
        "classes": list(classes),
        "centre": centre,
        "network": about["network"],
        "low": _figure((0 - about["mean"]) / about["std"]),
        "high": _figure((1 - about["mean"]) / about["std"]),
    }
    header |= _of_server(choice, centre=centre, sent_along=sent_along)
    with st.container(key=f"picture-{_KEY}", gap="xxsmall"):
        drawing_pad(header, key=_KEY, on_drawing=_take)
        picture_files(f"picture-{_KEY}", ".drawing", _("The drawing and its steps"), "drawing")
    _switch(centre=centre)
    if not sent_along:
        st.caption(
            _(
                "This model is too large to be computed in the browser: its answer comes from the "
                "server, when the pen rests."
            )
        )
    return centre


def _of_server(choice: Choice, *, centre: bool, sent_along: bool) -> dict[str, Any]:
    """The server's answer to an image, and to strokes where the browser has no network."""
    now = drawn.current()
    if now is None or (now.strokes and sent_along):
        return {"answer": None, "problem": "", "serial": 0}
    try:
        found = predicted(
            choice.path,
            now.path,
            choice.assumed,
            centre=centre,
            black=now.strokes,
            untrusted=choice.untrusted,
        )
    except ImageError as error:
        now.unreadable = True
        return {"answer": None, "problem": sentence(error), "serial": now.serial}
    now.unreadable = False  # it may have been one with the other setting
    answer = {name: found[name] for name in ("steps", "probabilities")}
    answer |= {"serial": now.serial, "image": not now.strokes}
    return {"answer": answer, "problem": "", "serial": now.serial}


def _switch(*, centre: bool) -> None:
    st.toggle(
        _("Crop, fit and centre as MNIST was"),
        value=True,
        key=_CENTRE,
        persist_state="session",
        help=_(
            "A network with a weight for each pixel knows digits only where it has seen them: in "
            "the middle, 20 pixels high. Turn it off to see it fail."
        ),
    )
    if not centre:
        st.caption(
            _(
                "Without it the model sees the whole pad, made small, and fails: it has only ever "
                "seen digits 20 pixels high in the middle, and has a weight of its own for each "
                "pixel, so the same stroke a few pixels aside is another image to it."
            )
        )


def _take() -> None:
    """Something was drawn, chosen or cleared."""
    new = sent(_KEY)
    if new is not None:
        with problems.caught():
            drawn.replace(new)
            if new.kind != "none":
                first_steps.note("draw")


def _figure(value: float) -> str:
    return signed(value, 2)
