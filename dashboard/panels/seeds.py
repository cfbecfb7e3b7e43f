"""The same settings with several seeds: one experiment, started beside Train."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.controls.numbers import NumberField
from dashboard.panels.actions import start_run
from dashboard.server.data_sets import why_not_trainable
from dashboard.session import problems
from dashboard.words.translation import N_, _, ngettext, sentence
from dashboard.words.wording import sentences
from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.rules import Rule
from mlcore.runs.library.groups import MOST_SEEDS, SEEDS_OF_ONE

__all__ = ["seeds_button"]

_NAME = "seed-count"
_BEGUN = "seeds-begun"
_RULE = Rule(N_("runs that differ only in the seed"), label=N_("Seeds"), low=2, high=MOST_SEEDS)


def seeds_button() -> None:
    """A small form that starts an experiment; closed, it says with how many seeds."""
    config = session.config()
    reason = why_not_trainable(config)
    with (
        st.container(key="seeds"),
        st.popover(
            ngettext("× {n} seed", "× {n} seeds", _typed()),
            key=f"seeds-form-{st.session_state.get(_BEGUN, 0)}",  # the next one is closed
            help=_("Train these settings several times, each with another seed."),
        ),
    ):
        count = _field().draw(
            width=160,
            help=_("How many runs: more of them say more exactly how far chance alone goes."),
        )
        st.caption(_words(config, count))
        st.button(
            _("Train them")
            if count is None
            else ngettext("Train {n} run", "Train {n} runs", count),
            key="train-seeds",
            type="primary",
            icon=":material/play_arrow:",
            disabled=config is not None and reason is not None,
            help=sentence(reason)
            if reason
            else _("Starts them all; those whose device is busy wait in the queue."),
            on_click=_train,
        )


def _words(config: RunConfig | None, count: int | None) -> str:
    text = _(
        "One experiment: runs with the settings of the sidebar that differ only in the seed. How "
        "far they lie apart is chance; what other settings change has to be more than that."
    )
    if config is None or count is None:
        return text
    first = config.train.seed
    seeds = _("Seeds {first} to {last}.", first=first, last=first + count - 1)
    return sentences(text, seeds)


def _field() -> NumberField:
    return NumberField(_NAME, _("Seeds"), SEEDS_OF_ONE, _RULE)


def _typed() -> int:
    try:
        return _field().value()
    except SettingsError:
        return SEEDS_OF_ONE


def _train() -> None:
    """Start an experiment with the settings of the sidebar, as they are at the click."""
    config = session.config()
    with problems.caught():
        if reason := why_not_trainable(config):
            raise reason
        start_run(config, seeds=_field().value())
        st.session_state[_BEGUN] = st.session_state.get(_BEGUN, 0) + 1
