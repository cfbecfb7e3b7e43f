"""Sweeps in words: their states, what they vary, what a trial has from them."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import figure, listed, listed_apart, percent
from mlcore.rules import Value
from mlcore.sweeps import Space, SweepSummary, SweepTrial
from mlcore.sweeps.dimension import Dimension
from mlcore.sweeps.summary import SWEEP_WORDS
from mlcore.sweeps.sweep import Objective, Pruner, Sampler
from mlcore.sweeps.trial import TRIAL_WORDS, TrialState
from mlcore.words import NO_FIGURE

__all__ = [
    "OBJECTIVE_NAMES",
    "PRUNER_NAMES",
    "SAMPLER_NAMES",
    "counts",
    "elsewhere",
    "host_text",
    "objective_label",
    "param_text",
    "params_text",
    "space_text",
    "state_name",
    "sweep_label",
    "trial_state_name",
    "value_text",
]

SAMPLER_NAMES: Mapping[Sampler, str] = {
    "tpe": N_("TPE: learns from the trials"),
    "random": N_("Random"),
    "grid": N_("Grid: every combination"),
}
"""How values are drawn."""

PRUNER_NAMES: Mapping[Pruner, str] = {
    "none": N_("None"),
    "median": N_("Below the median"),
    "halving": N_("Successive halving"),
}
"""Which trials are given up before their end."""

OBJECTIVE_NAMES: Mapping[Objective, str] = {
    "accuracy": N_("Validation accuracy"),
    "loss": N_("Validation loss"),
}
"""What trials are compared by."""


def objective_label(objective: Objective) -> str:
    """What trials are compared by, as the title of an axis."""
    return translated(OBJECTIVE_NAMES[objective])


def value_text(objective: Objective, value: float | None) -> str:
    """A value of it as it is read: "97.21 %", "0.1234"; a dash where there is none."""
    return percent(value) if objective == "accuracy" else figure(value)


def sweep_label(key: str) -> str:
    """A sweep as it is chosen, by its key."""
    at, _mark, name = key.rpartition(":")
    return _("{sweep} (many machines)", sweep=name) if at else name


def state_name(found: SweepSummary) -> str:
    """The state of a sweep."""
    return translated(SWEEP_WORDS[found.state])


def trial_state_name(state: TrialState) -> str:
    """The state of a trial."""
    return translated(TRIAL_WORDS[state])


def counts(found: SweepSummary) -> str:
    """How many trials there are, and in which states: "17 of 40 trials: 15 complete, 2 running"."""
    text = ngettext(
        "{done:,} of {n:,} trial", "{done:,} of {n:,} trials", found.sweep.trials,
        done=len(found.trials),
    )  # fmt: skip
    states = [
        _("{n:,} {state}", n=count, state=trial_state_name(state))
        for state in TRIAL_WORDS
        if (count := found.count(state))
    ]
    return f"{text} · {listed_apart(states)}" if states else text


def host_text(trial: SweepTrial) -> str:
    """Where the run of a trial lies."""
    if trial.place is None:
        return _("here")
    return _("on {host}", host=trial.place.host) if trial.place.host else _("nowhere yet")


def elsewhere(trial: SweepTrial) -> str:
    """Where the run of a trial lies, if not here; else nothing."""
    place = trial.place
    if place is None:
        return ""
    return _("Its run lies on {host}, in {runs}.", host=place.host, runs=place.runs)


def space_text(space: Space) -> str:
    """What varies: "Learning rate 0.001 to 1, over powers of ten; Batch size 16, 32 or 64"."""
    return listed_apart(
        _("{setting} {value}", setting=setting_label(one.name), value=_values(one))
        for one in space.dimensions
    )


def _values(one: Dimension) -> str:
    if one.values:
        return listed([setting_text(value) for value in one.values])
    low, high = setting_text(one.low), setting_text(one.high)
    if one.log:
        return _("{low} to {high} over powers of ten", low=low, high=high)
    if one.step is not None:
        step = setting_text(one.step)
        return _("{low} to {high} in steps of {step}", low=low, high=high, step=step)
    return _("{low} to {high}", low=low, high=high)


def param_text(params: Mapping[str, Value], name: str) -> str:
    """One of them; a dash where a trial has none."""
    return setting_text(params[name]) if name in params else NO_FIGURE


def params_text(params: Mapping[str, Value]) -> str:
    """What a trial has from its sweep, in a line."""
    return listed_apart(
        _("{setting} {value}", setting=setting_label(name), value=param_text(params, name))
        for name in params
    )
