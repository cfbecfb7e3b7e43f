"""The second checkpoint of a comparison: of a run, or an uploaded file, beside the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.panels.checkpoint_choice import UPLOAD, Choice, rows_of
from dashboard.session.uploads import Upload
from dashboard.words.checkpoint_rows import CheckpointRow
from dashboard.words.run_names import distinct_labels
from dashboard.words.translation import _
from mlcore.data import CATALOG
from mlcore.runs import RunInfo

__all__ = ["choose_second"]


def choose_second(
    named: str | None,
    take: Callable[[str], None],
    *,
    first: Choice,
    runs: Sequence[RunInfo],
    upload: Upload | None,
    classes: int,
) -> Choice | None:
    """Draw the lists; None where there is nothing to compare with.

    Without a choice it is the checkpoint before the first one in its own run, else the last of the
    newest other run, else the upload.

    Args:
        named: what the address names: `RUN`, `RUN/FILE`, or `upload`.
        take: called with another choice, in the same form.
        first: the first.
        runs: all runs, newest first.
        upload: the file that the session uploaded.
        classes: that both must have.
    """
    fitting = {
        run.id: run
        for run in runs
        if len(CATALOG[run.config.data.name].classes) == classes and _others(run, first)
    }
    labels = distinct_labels(list(fitting.values()))
    other = Choice.of_upload(upload) if upload and upload is not first.upload else None
    if upload and other and other.outputs == classes:
        labels[UPLOAD] = _("Uploaded file {name}", name=upload.name)
    if not labels:
        return None
    wanted, _slash, file = (named or "").partition("/")
    own = first.run.id if first.run else ""
    chosen = next((one for one in (wanted, own) if one in labels), next(iter(labels)))
    _choose_run(labels, chosen, take)
    if chosen == UPLOAD:
        return other
    rows = {row.path.name: row for row in _others(fitting[chosen], first)}
    row = rows.get(file) or next(iter(rows.values()))
    _choose_file(chosen, rows, row, take)
    return Choice(path=row.path, run=fitting[chosen], row=row)


def _others(run: RunInfo, first: Choice) -> tuple[CheckpointRow, ...]:
    """A run's checkpoints but for the first one, latest first."""
    return tuple(row for row in rows_of(run) if row.path != first.path)


def _choose_run(labels: Mapping[str, str], chosen: str, take: Callable[[str], None]) -> None:
    st.selectbox(
        _("Second run"),
        list(labels),
        index=list(labels).index(chosen),
        format_func=lambda run: labels.get(run, run),
        key=show("second-run", chosen, take, edition=labels[chosen]).key,
        width=380,
        help=_("Whose model answers the same test images beside the first."),
    )


def _choose_file(
    run: str,
    rows: dict[str, CheckpointRow],
    chosen: CheckpointRow,
    take: Callable[[str], None],
) -> None:
    st.selectbox(
        _("Its checkpoint"),
        list(rows),
        index=list(rows).index(chosen.path.name),
        format_func=lambda file: rows[file].label if file in rows else file,
        key=show(
            f"second-checkpoint-{run}", chosen.path.name, lambda file: take(f"{run}/{file}")
        ).key,
        width=260,
        help=_("Of which moment of that run; an earlier one shows what was learned since."),
    )
