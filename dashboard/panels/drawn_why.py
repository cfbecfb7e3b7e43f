"""Why the model answers so to a drawing: the pixels that speak for it, the nearest images."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.charts.close_up import image_html
from dashboard.panels.checkpoint_choice import Choice
from dashboard.panels.downloads import picture
from dashboard.panels.neighbours import nearest
from dashboard.server import data_sets
from dashboard.server.drawings import predicted
from dashboard.server.insights import Model, ask
from dashboard.session import drawn
from dashboard.words.translation import N_, _, translated
from dashboard.words.wording import as_markdown
from mlcore.config import SIDE
from mlcore.errors import ImageError

__all__ = ["why"]

_METHODS = {"gradient": N_("Gradient × input"), "integrated": N_("Integrated gradients")}


def why(choice: Choice, data: str, root: Path, classes: Sequence[str], *, centre: bool) -> None:
    """A switch, and below it what two short jobs find once a stroke has ended.

    It is off at first: where a class draws at once, two processes a stroke would be many.

    Args:
        choice: the model.
        data: name of the data set whose training images are looked through.
        root: its folder.
        classes: names of the model's classes.
        centre: whether drawings are centred.
    """
    asked = st.toggle(
        _("Show why: the pixels that speak for it, and the nearest training images"),
        key="draw-why",
        persist_state="session",
        help=_(
            "Computed on the server after each stroke: how the answer would change with each "
            "pixel, and which training images the last hidden layer takes for the most alike."
        ),
    )
    now = drawn.current()
    if not asked:
        return
    if now is None:
        st.caption(_("It is shown here when something is drawn."))
    elif not data_sets.source(data, root).usable:
        st.caption(as_markdown(data_sets.source(data, root).message))
    else:
        _show(
            choice,
            now,
            choice.model(data, root),
            classes,
            centre=centre,
        )


def _show(
    choice: Choice, now: drawn.Drawn, model: Model, classes: Sequence[str], *, centre: bool
) -> None:
    try:
        steps = predicted(
            choice.path,
            now.path,
            choice.assumed,
            centre=centre,
            black=now.strokes,
            untrusted=model.untrusted,
        )["steps"]
    except ImageError:  # the pad says it
        return
    pixels = np.frombuffer(b64decode(steps[-1]["pixels"]), np.uint8)  # (784,)
    found = ask("image", model, pixels=pixels.tolist())
    label = classes[int(found.told["target"])]
    st.header(_("What speaks for {label}", label=as_markdown(label)), anchor=False)
    with st.container(horizontal=True, key="drawn-saliency"):
        for name, title in _METHODS.items():
            with st.container(width=240):
                image = pixels.reshape(SIDE, SIDE)
                words = translated(title)
                st.subheader(words, anchor=False)
                picture(
                    image_html(image, words, session.colours(), found.arrays[name]),
                    key=f"drawn-{name}",
                    title=words,
                    file=f"drawing-{name}",
                )
    st.caption(
        _(
            "Which pixels raise the logit of {label} above that of a black image, and which "
            "lower it.",
            label=as_markdown(label),
        )
    )
    nearest(found.told, data_sets.images(model.data, model.root), "drawing")
