"""The best trial of a sweep, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.session import problems
from dashboard.words.sweeps import elsewhere, objective_label, params_text, value_text
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown
from mlcore.config import RunConfig
from mlcore.export.code.command import command
from mlcore.runs.library.groups import SEEDS_OF_ONE
from mlcore.sweeps import SweepSummary, SweepTrial

__all__ = ["best_trials"]

_TRAINED = 3
_ADDED = "sweep-seeds-added"


def best_trials(found: SweepSummary) -> None:
    """The best trial with its settings, and what can be done with it."""
    best = found.best
    if best is None:
        st.caption(_("The best trial stands here once one was trained to its end."))
        return
    with st.container(border=True, key="sweep-best", gap="small"):
        st.markdown(
            _(
                "**Best: {value}** {objective}, trial {number}: {settings}",
                value=value_text(found.sweep.objective, best.value),
                objective=as_markdown(objective_label(found.sweep.objective).lower()),
                number=best.number,
                settings=as_markdown(params_text(best.params)),
            )
        )
        _deeds(found, best)
        st.caption(_chosen_by(found))
        with st.expander(_("Its command"), key="sweep-command"):
            st.code(command(best.config).rstrip("\n"), language="bash", wrap_lines=True)


def _chosen_by(found: SweepSummary) -> str:
    return ngettext(
        "The best of {n:,} whole trial by its held-out images, so this figure is a little too "
        "good; no figure of the test images was used to choose it. Train it with other seeds to "
        "see how good it is.",
        "The best of {n:,} whole trials by their held-out images, so this figure is a little too "
        "good; no figure of the test images was used to choose it. Train it with other seeds to "
        "see how good it is.",
        found.count("complete"),
    )


def _deeds(found: SweepSummary, best: SweepTrial) -> None:
    few = min(_TRAINED, len(found.ranked))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="best-deeds"):
        if session.config() == best.config:
            st.caption(_("✓ Set in the sidebar"), width="content")
        else:
            st.button(
                _("Use these settings"),
                key="use-best",
                icon=":material/tune:",
                type="primary",
                on_click=session.choose,
                args=(best.config,),
                help=_("Puts the settings of the best trial into the sidebar."),
            )
        st.button(
            ngettext("× {seeds} seeds of the best", "× {seeds} seeds of the best {n}", few,
                     seeds=SEEDS_OF_ONE),
            key="seeds-of-best",
            icon=":material/grain:",
            on_click=_train_seeds,
            args=(found.sweep.name, [one.config for one in found.ranked[:few]]),
            help=_(
                "Trains each of them with several seeds, so that chance is seen; they stand in "
                "the queue, and on the Runs page as experiments."
            ),
        )  # fmt: skip
        if st.button(
            _("Its run"),
            key="best-run",
            icon=":material/article:",
            disabled=best.place is not None,
            help=elsewhere(best) or _("Shows the run of the best trial, with its curves and code."),
        ):
            session.set_current_run(best.run.id)
            st.switch_page("app_pages/run.py", query_params={"run": best.run.id})
        if any(one.place is None for one in found.trials) and st.button(
            _("All its runs"),
            key="sweep-runs",
            icon=":material/table_rows:",
            help=_("Shows the trials in the table of runs."),
        ):
            where = f'tag = "{found.sweep.name}"'
            st.switch_page("app_pages/runs.py", query_params={"where": where})
    added = st.session_state.get(_ADDED)
    if added and added[0] == found.sweep.name:
        st.success(
            ngettext(
                "{n:,} run was added; it stands on the Runs page.",
                "{n:,} runs were added; they stand on the Runs page.",
                added[1],
            ),
            icon=":material/check:",
        )


def _train_seeds(sweep: str, configs: Sequence[RunConfig]) -> None:
    """Start the same settings with the seeds that follow the trial's own."""
    with problems.caught():
        started = [server.jobs().start_experiment(one, SEEDS_OF_ONE) for one in configs]
        st.session_state[_ADDED] = sweep, sum(map(len, started))
