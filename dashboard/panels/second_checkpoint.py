"""The second checkpoint of a comparison: a run and one of its checkpoints, beside the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.panels.checkpoint_choice import Choice, rows_of
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
    first: Path,
    runs: Sequence[RunInfo],
    classes: int,
) -> Choice | None:
    """Draw the two lists; None where there is nothing to compare with.

    Without a choice it is the checkpoint before the first one in its own run, else the last of the
    newest other run.

    Args:
        named: what the address names: `RUN`, or `RUN/FILE`.
        take: called with another choice, in the same form.
        first: the file of the first.
        runs: all runs, newest first.
        classes: that both must have.
    """
    fitting = {
        run.id: run
        for run in runs
        if len(CATALOG[run.config.data.name].classes) == classes and _others(run, first)
    }
    if not fitting:
        return None
    wanted, _slash, file = (named or "").partition("/")
    own = first.parent.parent.name
    chosen = wanted if wanted in fitting else own if own in fitting else next(iter(fitting))
    rows = {row.path.name: row for row in _others(fitting[chosen], first)}
    _choose_run(fitting, chosen, take)
    row = rows.get(file) or next(iter(rows.values()))
    _choose_file(chosen, rows, row, take)
    return Choice(path=row.path, run=fitting[chosen], row=row)


def _others(run: RunInfo, first: Path) -> tuple[CheckpointRow, ...]:
    """A run's checkpoints but for the first one, latest first."""
    return tuple(row for row in rows_of(run) if row.path != first)


def _choose_run(fitting: dict[str, RunInfo], chosen: str, take: Callable[[str], None]) -> None:
    labels = distinct_labels(list(fitting.values()))
    st.selectbox(
        _("Second run"),
        list(fitting),
        index=list(fitting).index(chosen),
        format_func=lambda run: labels.get(run, run),
        key=show("second-run", chosen, take, edition=labels[chosen]).key,
        width=380,
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
    )
