"""Which model a page shows: a run with one of its checkpoints, or an uploaded file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.gaps.widgets import show
from dashboard.panels import run_choice
from dashboard.server.histories import history_of
from dashboard.server.insights import Model
from dashboard.session import places
from dashboard.session.uploads import Upload
from dashboard.words.checkpoint_rows import CheckpointRow, checkpoint_rows
from dashboard.words.run_names import distinct_labels
from dashboard.words.translation import _
from mlcore.data import CATALOG
from mlcore.runs import RunFolder, RunInfo

__all__ = [
    "UPLOAD",
    "Choice",
    "choose_model",
    "choose_source",
    "no_checkpoint_yet",
    "rows_of",
    "run_behind",
]

UPLOAD = "upload"
"""Stands for the uploaded file where a run is chosen."""
_SOURCE, _CHECKPOINT = "model-source", "model-checkpoint"
_LAST = "last"  # in place of a file: whichever is the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A checkpoint file, and where it comes from: a run or an upload, the other is None."""

    path: Path
    run: RunInfo | None = None
    row: CheckpointRow | None = None
    upload: Upload | None = None
    assumed: Mapping[str, Any] = field(default_factory=dict)  # what its file does not say

    @classmethod
    def of_upload(cls, upload: Upload) -> Choice:
        """The file that the session uploaded, with what was said of it."""
        return cls(path=upload.path, upload=upload, assumed=upload.assumed)

    @property
    def data(self) -> str | None:
        """The data set that it was trained on; None where an uploaded file does not say it."""
        if self.run is not None:
            return self.run.config.data.name
        name = (self._inspection.get("data") or {}).get("name")
        return name if name in CATALOG else None

    @property
    def outputs(self) -> int:
        """How many classes the model distinguishes."""
        if self.run is not None:
            return len(CATALOG[self.run.config.data.name].classes)
        return int(self._inspection["outputs"])

    @property
    def untrusted(self) -> bool:
        """Whether the file is a stranger's."""
        return self.upload is not None

    @property
    def file_name(self) -> str:
        """What files about it are called: run and step, or as the person calls the upload."""
        if self.run is not None:
            return f"{self.run.id}-{self.path.stem}"
        return Path(self.upload.name).stem if self.upload else self.path.stem

    def model(self, data: str, root: Path) -> Model:
        """The checkpoint with a data set, as short jobs are asked about them."""
        return Model(
            checkpoint=self.path,
            data=data,
            root=root,
            assumed=self.assumed,
            untrusted=self.untrusted,
        )

    @property
    def _inspection(self) -> Mapping[str, Any]:
        return self.upload.inspection if self.upload else {}


def choose_model() -> Choice | None:
    """Draw the two lists, run and checkpoint; None where there is nothing to choose."""
    choice = _choose_model()
    if choice is None:
        places.wait_to_reveal()
    else:
        places.reveal_what_waited()
    return choice


def _choose_model() -> Choice | None:
    run = choose_source(with_upload=True)
    upload = session.upload()
    if session.upload_chosen() and upload is not None:
        return Choice.of_upload(upload)
    row = _choose_checkpoint(run) if run else None
    return Choice(path=row.path, run=run, row=row) if row else None


def run_behind(choice: Choice | None) -> RunInfo | None:
    """The run whose model is shown, or will be when it has a checkpoint; None for an upload."""
    if choice is not None:
        return choice.run
    wanted = session.current_run()
    return next((info for info in server.store().list() if info.id == wanted), None)


def choose_source(*, with_upload: bool = False) -> RunInfo | None:
    """Draw the list of runs, newest first; returns the chosen one, None for the upload or none.

    Args:
        with_upload: offer the uploaded file too.
    """
    listed = server.store().list()
    runs = {info.id: info for info in listed}
    upload = session.upload() if with_upload else None
    labels = {UPLOAD: _("Uploaded file {name}", name=upload.name)} if upload else {}
    labels |= distinct_labels(list(runs.values()))
    if not labels:
        return None
    if upload and session.upload_chosen():
        shown = UPLOAD
    elif (run := run_choice.shown_run(listed)) is not None:
        shown = run.id
    else:
        return None
    st.selectbox(
        _("Run"),
        list(labels),
        index=list(labels).index(shown),
        format_func=lambda key: labels.get(key, key),
        key=show(_SOURCE, shown, _choose_source, edition=labels[shown]).key,
        width=600 if session.projector() else 380,
        help=_("Whose model is looked at; what is trained now is first."),
    )
    return runs.get(shown)


def rows_of(run: RunInfo) -> tuple[CheckpointRow, ...]:
    """The checkpoints of a run, latest first."""
    folder = RunFolder(run.path)
    return checkpoint_rows(folder, history_of(folder).checkpoints)


def no_checkpoint_yet() -> None:
    """When a run that has no checkpoint will have one."""
    st.info(
        _(
            "This run has no checkpoint yet: one is written at the end of an epoch, and when the "
            "run is stopped."
        ),
        icon=":material/hourglass_top:",
    )


def _choose_source(chosen: str) -> None:
    if chosen == UPLOAD:
        session.choose_upload()
    elif any(info.id == chosen for info in server.store().list()):  # else an outdated label
        session.set_current_run(chosen)
        session.write_address(session.config())


def _choose_checkpoint(run: RunInfo) -> CheckpointRow | None:
    """Draw the list of a run's checkpoints, at first at the last one, whichever that is.

    The list keeps its place while a run that trains writes others: it stays open below the hand.
    """
    rows = {row.path.name: row for row in rows_of(run)}
    if not rows:
        return None
    last = next(iter(rows))
    chosen = session.chosen_checkpoint(run.id)
    gone = chosen is not None and chosen not in rows
    shown = chosen if chosen in rows and chosen is not None else _LAST

    def choose(file: str) -> None:
        if file == _LAST or file in {row.path.name for row in rows_of(run)}:  # else outdated
            session.choose_checkpoint(run.id, None if file == _LAST else file)

    def label(file: str) -> str:
        if file == _LAST:
            return rows[last].label
        return replace(rows[file], last=False).label if file in rows else file

    options = [_LAST, *rows]
    st.selectbox(
        _("Checkpoint"),
        options,
        index=options.index(shown),
        format_func=label,
        key=show(f"{_CHECKPOINT}-{run.id}", shown, choose).key,
        width=420 if session.projector() else 260,
        help=_(
            "Best: the lowest validation loss, or training loss where no images are held out. "
            "Last: whichever is, also while the run trains."
        ),
    )
    if gone:
        st.caption(
            _("The checkpoint that was chosen is gone, as a run keeps only some; this is its last.")
        )
    return rows[last if shown == _LAST else shown]
