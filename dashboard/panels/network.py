"""The network, drawn: live while a run trains, after each single step, and before the first run."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session
from dashboard.charts.legend import network_signs, sign_list
from dashboard.charts.network_tables import reaction_table
from dashboard.charts.theme import Palette
from dashboard.components.network import View, network, network_message
from dashboard.controls.folds import fold
from dashboard.panels import steering
from dashboard.panels.chart_table import chart_table
from dashboard.panels.headings import choose_one
from dashboard.panels.network_image import choose_image
from dashboard.server import data_sets, diagrams
from dashboard.server.histories import history_of
from dashboard.server.insights import Model
from dashboard.session.problems import friendly_errors
from dashboard.words import network as words
from dashboard.words.translation import N_, _, language, sentence
from dashboard.words.wording import as_markdown, sentences
from mlcore.config import OptimConfig, RunConfig, data_root
from mlcore.data import CATALOG
from mlcore.errors import MlcoreError
from mlcore.insight.diagram import Diagram
from mlcore.runs import History, RunFolder

__all__ = ["draw_network", "draw_untrained", "of_run", "untrained"]

_DRAWN, _AWAITED = "network-drawn", "network-awaited"
_MADE = "network-made"
_WAIT = 0.3  # seconds that a drawing which is being made is waited for
_PENDING = 0.4  # seconds between two looks at one that takes longer
_VIEWS: Mapping[View, str] = {"weights": N_("Weights"), "change": N_("What the last step changed")}


def of_run(history: History) -> None:
    """The panel of a run; a part of what is refreshed while it trains."""
    st.fragment(_of_run)(history.folder)


@friendly_errors()
def _of_run(folder: RunFolder) -> None:
    with _panel() as unfolded:
        if not unfolded:
            return
        history = history_of(folder)
        moves = history.state in ("running", "paused")
        view = None
        with _controls("network-choice"):
            image = choose_image(history.config.data)
            if moves:
                with _controls("network-moves", width="content"):  # which wrap together
                    view = choose_one(_("What is drawn"), _VIEWS, key="network-view")
                    steering.beside_network(history)
        try:
            found = _patiently(history, image)
        except MlcoreError as error:
            st.caption(as_markdown(sentence(error)))
            return
        if found is not None:
            st.session_state[_DRAWN] = folder.id, found, image
        elif (held := st.session_state.get(_DRAWN)) is not None and held[0] == folder.id:
            _run, found, image = held  # as it was, until the next picture is there
        if found is None:
            _room()
            return
        classes = CATALOG[history.config.data.name].classes
        draw_network(found, image, classes, view=view or "weights", key="network")
        if view == "change":
            st.caption(words.change_words(found, _plain_rate(history.config.optim)))


def untrained(config: RunConfig | None) -> None:
    """The panel before any run: the network that the settings in the sidebar would begin with.

    A short job makes it; while that works its place is kept free, and the page goes on.
    """
    if config is not None and data_sets.usable(config.data):
        st.fragment(_untrained)(config)


@friendly_errors()
def _untrained(config: RunConfig) -> None:
    with _panel() as unfolded:
        if not unfolded:
            return
        with _controls("network-choice"):
            image = choose_image(config.data)
        draw_untrained(config, image, key="network")


def draw_untrained(config: RunConfig, image: int = 0, *, key: str) -> None:
    """The drawing of the network that settings begin with, where there is one, or its place.

    Args:
        config: the settings; their data set can be used.
        image: number in the test set.
        key: of the component.

    Raises:
        MlcoreError: the data set cannot be read.
    """
    found = diagrams.untrained(config, image)
    until = time.monotonic() + (_WAIT if st.session_state.get(_MADE) else 0.0)
    while found is None and time.monotonic() < until:
        time.sleep(0.02)
        found = diagrams.untrained(config, image)
    if found is None:
        _room()
        st.fragment(_look_again, run_every=_PENDING)(config, image)
    else:
        st.session_state[_MADE] = True  # so others are made at once: the process is there
        draw_network(found, image, CATALOG[config.data.name].classes, key=key)


def draw_network(
    diagram: Diagram, image: int, classes: tuple[str, ...], *, view: View = "weights", key: str
) -> None:
    """The drawing alone, and below it what it shows in words.

    Args:
        diagram: the network, with its reaction to the image.
        image: number in the test set.
        classes: their names.
        view: what is drawn of each weight.
        key: of the component.
    """
    reaction = diagram.reaction(image)
    if reaction is None:
        return
    network(_message(diagram, image, classes, session.colours(), view, language()), key=key)
    deep = len(diagram.layers) > 1
    st.html(sign_list(network_signs(session.colours(), change=view == "change", deep=deep)))
    chart_table(
        sentences(words.answer_words(reaction, classes), words.shown_words(diagram)),
        lambda: reaction_table(diagram, reaction, classes),
        key=key,
        title=_("The network"),
    )


@functools.lru_cache(maxsize=32)
def _message(
    diagram: Diagram,
    image: int,
    classes: tuple[str, ...],
    colours: Palette,
    view: View,
    language: str,  # noqa: ARG001  of the texts in it
) -> bytes:
    return network_message(diagram, image, classes, colours, view)


def _panel() -> AbstractContextManager[bool]:
    """The panel, which can be folded; yields whether it is open."""
    return fold("network-open", _("The network"), opened=True)


def _controls(key: str, width: Literal["stretch", "content"] = "stretch") -> DeltaGenerator:
    """A row above the drawing."""
    return st.container(
        horizontal=True, vertical_alignment="bottom", gap="xsmall", width=width, key=key
    )


def _room() -> None:
    """The place of a drawing that is being made."""
    with st.container(key="network-room"):
        st.caption(_("The network is being drawn …"))


def _look_again(config: RunConfig, image: int) -> None:
    """Draw the page once more when the drawing is there."""
    try:
        ready = diagrams.untrained(config, image) is not None
    except MlcoreError:
        ready = True  # the page says why there is none
    if ready:
        st.rerun()


def _patiently(history: History, image: int) -> Diagram | None:
    """The drawing, waited for a moment where it comes at once: after a step, or by a short job.

    A run that trains is not waited for, and nothing is waited for twice.
    """
    wanted = history.folder.id, history.state, history.step, image
    found = _diagram(history, image)
    if history.state == "running" or st.session_state.get(_AWAITED) == wanted:
        return found
    st.session_state[_AWAITED] = wanted
    until = time.monotonic() + _WAIT
    while _is_late(found, history) and time.monotonic() < until:
        time.sleep(0.02)
        found = _diagram(history, image)
    return found


def _is_late(found: Diagram | None, history: History) -> bool:
    return found is None or (history.state == "paused" and found.step != history.step)


def _diagram(history: History, image: int) -> Diagram | None:
    """The network of a run as it is now; None where it is not drawn yet."""
    folder, moves = history.folder, history.state in ("running", "paused")
    classes = len(CATALOG[history.config.data.name].classes)
    found = diagrams.live(folder.path, image, classes, ask=moves)
    if found is not None and (moves or found.step == history.step):
        return found
    if moves and history.step:
        return None
    last = None if moves else folder.last_checkpoint()
    if last is not None:
        data = history.config.data
        model = Model(
            checkpoint=last, data=data.name, root=data_root(data), assumed={}, untrusted=False
        )
        return diagrams.of_checkpoint(model, image, found.units if found else None)
    forked = folder.meta.get("parent") is not None
    return None if forked else diagrams.untrained(history.config, image)


def _plain_rate(optim: OptimConfig) -> float | None:
    """The learning rate where a step is nothing but it times the gradient."""
    plain = optim.name == "sgd" and optim.schedule == "constant"
    extras = optim.momentum, optim.weight_decay, optim.clip_norm
    return optim.lr if plain and not any(extras) else None
