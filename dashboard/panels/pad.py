"""The pad, the probabilities that follow the stroke, and the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.drawing_pad import drawing_pad, sent
from dashboard.panels.checkpoint_choice import Choice
from dashboard.server.drawings import network_of, predicted
from dashboard.session import drawn, problems
from dashboard.words.translation import _, sentence
from mlcore.errors import ImageError

__all__ = ["pad"]

_KEY, _CENTRE = "drawing-pad", "draw-centre"


def pad(choice: Choice, classes: Sequence[str]) -> bool:
    """Draw it; what a person draws is in `dashboard.session.drawn`.

    Args:
        choice: the model.
        classes: names of its classes.

    Returns:
        Whether drawings are cropped, fitted and centred.

    Raises:
        MlcoreError: the model's file cannot be used.
    """
    centre = bool(st.session_state.get(_CENTRE, True))
    untrusted = choice.upload is not None
    about, numbers = network_of(choice.path, choice.assumed, untrusted=untrusted)
    sent_along = about["file"] is not None
    header: dict[str, Any] = {
        "classes": list(classes),
        "centre": centre,
        "network": {name: about[name] for name in _NETWORK} if sent_along else None,
        "low": _figure((0 - about["mean"]) / about["std"]),
        "high": _figure((1 - about["mean"]) / about["std"]),
    }
    header |= _of_server(choice, centre=centre, sent_along=sent_along)
    drawing_pad(header, numbers, key=_KEY, on_drawing=_take)
    _switch(centre=centre)
    if not sent_along:
        st.caption(
            _(
                "This model is too large to be computed in the browser: its answer comes from the "
                "server, when the pen rests."
            )
        )
    return centre


_NETWORK = ("widths", "activation", "mean", "std")


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
            untrusted=choice.upload is not None,
        )
    except ImageError as error:
        return {"answer": None, "problem": sentence(error), "serial": now.serial}
    answer = {name: found[name] for name in ("steps", "probabilities")}
    answer |= {"serial": now.serial, "image": not now.strokes}
    return {"answer": answer, "problem": "", "serial": now.serial}


def _switch(*, centre: bool) -> None:
    st.toggle(
        _("Crop, fit and centre as MNIST was"),
        value=True,
        key=_CENTRE,
        persist_state="session",
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


def _figure(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
