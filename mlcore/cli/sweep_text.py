"""A sweep and its trials in words, as rows and as JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mlcore.cli.layout import value_text
from mlcore.rules import Value
from mlcore.sweeps import SweepSummary, SweepTrial
from mlcore.sweeps.sweep import Objective
from mlcore.sweeps.trial import TRIAL_WORDS
from mlcore.words import NO_FIGURE, as_text, counted, figure, percent

__all__ = [
    "list_row",
    "params_text",
    "places_header",
    "state_line",
    "sweep_record",
    "trial_record",
    "trial_row",
    "value_text_of",
]


def params_text(params: Mapping[str, Value]) -> str:
    """What a trial has from its sweep, in a line."""
    return ", ".join(f"{name} {value_text(value)}" for name, value in params.items())


def state_line(found: SweepSummary) -> str:
    """How a sweep gets on, in a line."""
    sweep, trial = found.sweep, found.best
    counts = [f"{n} {state}" for state in TRIAL_WORDS if (n := found.count(state))]
    with_best = (
        f"; best {value_text_of(sweep.objective, trial.value)} (trial {trial.number})"
        if trial
        else ""
    )
    by = f" in process {found.pid}" if found.pid else ""
    return (
        f"sweep {sweep.name}: {found.state}{by}, {len(found.trials)} of "
        f"{counted(sweep.trials, 'trial')}"
        f"{': ' if counts else ''}{', '.join(counts)}{with_best}"
    )


def sweep_record(found: SweepSummary) -> dict[str, Any]:
    """A sweep as a JSON object."""
    sweep = found.sweep
    return {
        "sweep": sweep.name,
        "id": sweep.id,
        "created": sweep.created,
        "state": found.state,
        "pid": found.pid,
        "space": list(sweep.space.texts),
        "objective": sweep.objective,
        "sampler": sweep.sampler,
        "pruner": sweep.pruner,
        "trials": sweep.trials,
        "jobs": sweep.jobs,
        "begun": len(found.trials),
        "complete": found.count("complete"),
        "best": trial_record(found.best) if found.best else None,
    }


def trial_record(trial: SweepTrial) -> dict[str, Any]:
    """A trial as a JSON object."""
    record = {
        "trial": trial.number,
        "run": trial.run.id,
        "state": trial.state,
        "value": trial.value,
        "params": dict(trial.params),
        "message": trial.run.message,
    }
    if trial.place is not None:
        return record | {"host": trial.place.host, "runs": trial.place.runs}
    return record | {"epoch": trial.run.epoch, "seconds": trial.run.seconds}


def value_text_of(objective: Objective, value: float | None) -> str:
    """A value of the objective: "97.21 %", "0.1234"; a dash where there is none."""
    return percent(value) if objective == "accuracy" else figure(value)


def list_row(found: SweepSummary) -> tuple[str, ...]:
    """A sweep as a row of their list."""
    sweep, trial = found.sweep, found.best
    return (
        sweep.name,
        found.state,
        f"{len(found.trials)}/{sweep.trials}",
        value_text_of(sweep.objective, trial.value if trial else None),
        sweep.sampler,
        sweep.pruner,
        time.strftime("%Y-%m-%d %H:%M", time.localtime(sweep.created)),
    )


def trial_row(found: SweepSummary, trial: SweepTrial, names: Sequence[str]) -> tuple[str, ...]:
    """A trial as a row, with its value of each of these settings."""
    cells = [
        as_text(trial.params[name], ",") if name in trial.params else NO_FIGURE for name in names
    ]
    value = value_text_of(found.sweep.objective, trial.value)
    where = (_where(trial),) if places_header(found) else ()
    return (str(trial.number), trial.state, trial.run.id, *where, *cells, value)


def places_header(found: SweepSummary) -> tuple[str, ...]:
    """The header of the column that says where runs lie, where they do not lie here."""
    return ("where",) if any(one.place for one in found.trials) else ()


def _where(trial: SweepTrial) -> str:
    place = trial.place
    return f"{place.host}:{place.runs}" if place and place.host else NO_FIGURE
