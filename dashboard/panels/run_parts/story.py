"""What happened to a run: its starts, its edits, how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.panels.plain_table import plain_table
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _, ngettext, sentence
from dashboard.words.wording import listed, percent, sentences
from mlcore.events import Failed, Finished, SettingsEdited, Stopped
from mlcore.runs import History

__all__ = ["Moment", "moments", "story"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened after so many steps and whole epochs."""

    step: int
    epoch: int
    words: str


def story(history: History) -> None:
    """A table with a row for each moment; a sentence before there is one."""
    found = moments(history)
    if not found:
        st.caption(_("The run has not started yet."))
        return
    plain_table(
        [(f"{one.step:,}", f"{one.epoch:,}", one.words) for one in found],
        label=_("History"),
        headings=(_("Step"), _("Epoch"), _("What happened")),
    )


def moments(history: History) -> list[Moment]:
    """The moments of a run, in order."""
    found = [
        Moment(step=start.step, epoch=start.epoch, words=_start(start.step, index))
        for index, start in enumerate(history.starts)
    ]
    found += [Moment(step=one.step, epoch=one.epoch, words=_edit(one)) for one in history.edits]
    found.sort(key=lambda one: one.step)
    best = next((saved for saved in reversed(history.checkpoints) if saved.best), None)
    if best is not None and best.epoch:
        words = _(
            "The best checkpoint that was written: the lowest validation loss, or else "
            "training loss."
        )
        found.append(Moment(step=best.step, epoch=best.epoch, words=words))
        found.sort(key=lambda one: one.step)
    if (end := _end(history)) is not None:
        found.append(end)
    return found


def _start(step: int, index: int) -> str:
    if index == 0 and step == 0:
        return _("Training began.")
    if index == 0:
        return _("Training began from another run's checkpoint.")
    return _("Resumed.")


def _edit(edit: SettingsEdited) -> str:
    return listed(
        _(
            "{setting} {before} → {after}",
            setting=setting_label(name),
            before=setting_text(edit.before[name]) if name in edit.before else "–",
            after=setting_text(value),
        )
        for name, value in edit.changes.items()
    )


def _end(history: History) -> Moment | None:
    outcome = history.outcome
    if history.error is not None:
        words = sentence(history.error)
        return Moment(step=history.step, epoch=history.epochs_done, words=words)
    if outcome is None or isinstance(outcome, Failed):
        return None
    if isinstance(outcome, Finished):
        text = _("Early stopping ended it.") if outcome.early else _("Finished.")
        accuracy = _("Test accuracy: {accuracy}.", accuracy=percent(outcome.test_accuracy))
        words = sentences(text, accuracy)
    elif isinstance(outcome, Stopped) and outcome.reason == "cancelled":
        words = _("Cancelled before it started.")
    else:
        words = _("Stopped.")
    edits = ngettext(
        "{n:,} setting was edited on the way.",
        "{n:,} settings were edited on the way.",
        sum(len(edit.changes) for edit in history.edits),
    )
    return Moment(
        step=outcome.step,
        epoch=outcome.epoch,
        words=sentences(words, edits if history.edits else ""),
    )
