"""Branching off: a new run from the initial weights or a checkpoint of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.controls.numbers import NumberField, forget
from dashboard.gaps.widgets import show
from dashboard.panels import actions
from dashboard.server.data_sets import why_not_trainable
from dashboard.server.histories import history_of
from dashboard.session import problems
from dashboard.settings.branching import branch_changes, branch_config, branch_epochs, point_words
from dashboard.settings.pending import change_words
from dashboard.words.run_names import timed_name
from dashboard.words.setting_names import settings_sentence
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown, refusal
from mlcore.config import SETTINGS
from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.runs import History, RunFolder, RunInfo
from mlcore.runs.library.forks import ForkPoint, fork_points

__all__ = ["branch_here", "branch_off", "origin"]


def branch_off(history: History) -> None:
    """A small form that starts a fork of the run; nothing before the run has started.

    It is drawn with the page, and not with the chart: a list of epochs that grows and is thinned
    out below the pointer cannot be chosen from.
    """
    if history.started is None:
        return
    with st.container(key="branch-off"):
        popover = st.popover(
            _("Branch off"),
            icon=":material/call_split:",
            key=f"branch-{history.folder.id}",  # each run has a form of its own, closed at first
            help=_("Start a new run from this one's weights, with other settings."),
            on_change="rerun",
        )
    if not popover.open:  # while it is open, nothing in it changes below the hands
        _begin_anew(history.folder.id)
    with popover:
        try:
            found = fork_points(history)
        except MlcoreError as error:
            st.error(as_markdown(sentence(error)), icon=":material/error:")
            return
        _form(history, found)


def branch_here(run: RunInfo, file: Path) -> None:
    """Start a fork of a run from one of its checkpoints, with what the sidebar changes."""
    with problems.caught():
        history = history_of(RunFolder(run.path))
        found = next((point for point in fork_points(history) if point.is_in(file)), None)
        if found is None:
            raise RunError("{file} is gone: choose another checkpoint of the run.", file=file.name)
        _start_at(history, found, branch_epochs(found, _epochs_wanted(found)))


def origin(history: History, runs: Sequence[RunInfo]) -> None:
    """Where a fork comes from, in a line; nothing for any other run."""
    parent = (history.folder.meta["parent"] or {}).get("run")
    if not parent:
        return
    info = next((info for info in runs if info.id == parent), None)
    step = history.starts[0].step if history.starts else 0
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="origin"):
        text = _origin(as_markdown(timed_name(info) if info else str(parent)), step, bool(info))
        st.markdown(f":small[:gray[:material/call_split: {text}]]", width="content")
        if info:
            st.button(
                _("Show it"),
                key="show-parent",
                type="tertiary",
                on_click=session.set_current_run,
                args=(parent,),
            )


def _origin(parent: str, step: int, exists: bool) -> str:
    if exists and step:
        return _("Branched off from {parent} at step {step:,}.", parent=parent, step=step)
    if exists:
        return _("Branched off from {parent}.", parent=parent)
    if step:
        return _(
            "Branched off at step {step:,} from {parent}, which does not exist any more.",
            parent=parent,
            step=step,
        )
    return _("Branched off from {parent}, which does not exist any more.", parent=parent)


def _form(history: History, found: Sequence[ForkPoint]) -> None:
    point = _choose_point(history.folder.id, found)
    changes = branch_changes(point, session.values())
    epochs = _epochs_field(history, point).draw(
        help=_("How many epochs the new run trains from there.")
    )
    reason = None if epochs is None else _why_not(point, changes, epochs)
    if isinstance(reason, SettingsError):
        st.markdown(refusal(settings_sentence(reason)))
    if changes:
        words = as_markdown(change_words(point.config, changes))
        st.markdown(_("From the sidebar: {changes}.", changes=words))
    elif not reason:
        st.caption(_("Same settings so far: change some in the sidebar to try others."))
    st.button(
        _("Start the new run"),
        key="branch-start",
        type="primary",
        icon=":material/call_split:",
        help=_("It is a run of its own."),
        on_click=_start,
        args=(history,),
    )


def _start(history: History) -> None:
    """Start the fork that the form and the sidebar describe at the click.

    The points are those of the click: the last checkpoint that the form was drawn with may be
    thinned out since.
    """
    run = history.folder.id
    with problems.caught():
        history = history_of(history.folder)
        points = _points(fork_points(history))
        chosen = st.session_state.get(_chosen_key(run), "")
        if chosen and chosen not in points:
            raise RunError("{point} is gone: choose another checkpoint of the run.", point=chosen)
        point = points[_chosen(run, points)]
        field = _epochs_field(history, point)
        _start_at(history, point, field.value())
        forget(field.name)
        _begin_anew(run)


def _start_at(history: History, point: ForkPoint, epochs: int) -> None:
    """Start a fork with what the sidebar changes.

    Raises:
        MlcoreError: it cannot be started.
    """
    config = branch_config(point, branch_changes(point, session.values()), epochs)
    if reason := why_not_trainable(config):
        raise reason
    actions.start_run(config, checkpoint=point.file, parent=history.folder.id)


def _why_not(
    point: ForkPoint, changes: Mapping[str, Any] | None, epochs: int
) -> MlcoreError | None:
    """Why this fork cannot be started; None where it can."""
    try:
        return why_not_trainable(branch_config(point, changes, epochs))
    except SettingsError as error:
        return error


def _epochs_field(history: History, point: ForkPoint) -> NumberField:
    """It stays while the run writes another last checkpoint below the hands that type in it."""
    run, wanted = history.folder.id, _epochs_wanted(point)
    chosen = (st.session_state.get(_chosen_key(run)), wanted)
    held = st.session_state.get(_default_key(run))
    if held is None or held[0] != chosen:
        held = chosen, branch_epochs(point, wanted)
        st.session_state[_default_key(run)] = held
    rule = SETTINGS["train.epochs"].rule
    return NumberField(f"branch-epochs-{run}", _("Epochs to train"), held[1], rule)


def _begin_anew(run: str) -> None:
    """The form is closed or was used: its number is worked out again."""
    st.session_state.pop(_default_key(run), None)


def _default_key(run: str) -> str:
    return f"branch-default-{run}"


def _points(found: Sequence[ForkPoint]) -> dict[str, ForkPoint]:
    """Points to branch off from, by their words: the last, the initial weights, the rest."""
    points = {_("The last checkpoint"): found[-1]} if len(found) > 1 else {}
    points[point_words(found[0])] = found[0]
    return points | {point_words(point): point for point in reversed(found)}


def _choose_point(run: str, found: Sequence[ForkPoint]) -> ForkPoint:
    points = _points(found)

    def choose(words: str) -> None:
        st.session_state[_chosen_key(run)] = words

    shown = show(f"branch-from-{run}", _chosen(run, points), choose)
    st.selectbox(
        _("From"),
        list(points),
        index=list(points).index(shown.value),
        key=shown.key,
        help=_(
            "The checkpoint whose weights the new run starts with: an early one has learned less, "
            "and other settings change more of what comes."
        ),
    )
    return points[shown.value]


def _chosen(run: str, points: Mapping[str, ForkPoint]) -> str:
    """The point that was chosen, as long as it is there; the last one by itself."""
    chosen: str = st.session_state.get(_chosen_key(run), "")
    return chosen if chosen in points else next(iter(points))


def _chosen_key(run: str) -> str:
    return f"branch-chosen-{run}"


def _epochs_wanted(point: ForkPoint) -> int:
    config = session.config()
    return config.train.epochs if config else point.config.train.epochs
