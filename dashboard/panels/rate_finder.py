"""The learning-rate finder on the Train page: its growing curve, what it suggests, and why."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.charts.rate_test import (
    RateInfo,
    rate_arrays,
    rate_frame,
    rate_info,
    rate_table,
    rate_words,
)
from dashboard.components.live_chart import chart_message, live_chart
from dashboard.controls.rate_finder import find_rate
from dashboard.panels.chart_table import chart_table
from dashboard.server.load import noted
from dashboard.server.rate_tests import RateTest, rate_tests, same_test
from dashboard.session import problems
from dashboard.session.rate_finder import close_test, shown_test
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown, listed, sentences
from mlcore.config import RunConfig
from mlcore.lr_finder import STEPS, RangeTest, Suggestion, suggest, unused
from mlcore.words import as_text

__all__ = ["rate_finder"]

_PACE = 0.2  # seconds between two looks at a test, where few tabs are open
_DUE = 20.0  # seconds after which a chart that gets nothing says so
_KEY = "rate-chart"


def rate_finder() -> None:
    """The test that this session shows; nothing where it shows none."""
    config = shown_test()
    known = rate_tests().look(config) if config is not None else None
    if config is None or known is None:
        return
    moves, pace = not known.ended, max(_PACE, noted().least_pause)
    with st.container(border=True, key="rate-finder"):
        part = st.fragment(_test, run_every=pace if moves else None)
        part(config, moves=moves, settings=repr(session.values()))


@problems.friendly_errors()
def _test(config: RunConfig, *, moves: bool, settings: str) -> None:
    """The part that is drawn by itself; a click in it may change the rest of the page too.

    Args:
        config: settings of the test.
        moves: whether it was under way when the page was drawn.
        settings: what the sidebar held then.
    """
    known = rate_tests().look(config)
    same = config == shown_test() and settings == repr(session.values())
    if known is None or moves == known.ended or not same:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="rate-head"):
        title = _("Learning-rate finder")
        st.markdown(f"**{title}**", width="stretch")
        _buttons(config, known)
    if known.error is not None:
        st.markdown(f":material/error: {as_markdown(sentence(known.error))}")
        return
    suggestion = suggest(known.test, config.optim) if known.ended else None
    info = rate_info(known.test, suggestion)
    _chart(info, config, known)
    with st.container(key="rate-words"):
        _words(config, known, suggestion)
    chart_table("", lambda: rate_table(info), key=_KEY, title=_("Loss over the learning rate"))


def _buttons(config: RunConfig, known: RateTest) -> None:
    if not known.ended:
        st.button(
            _("Stop"),
            key="rate-stop",
            icon=":material/stop:",
            on_click=rate_tests().stop,
            args=(config,),
            help=_("Ends the test; no run and no model is touched."),
        )
        return
    st.button(
        _("Test again"),
        key="rate-again",
        icon=":material/replay:",
        on_click=find_rate,
        help=_("Makes the test with the settings of the sidebar as they are now."),
    )
    st.button(
        _("Close"),
        key="rate-close",
        type="tertiary",
        on_click=close_test,
    )


def _chart(info: RateInfo, config: RunConfig, known: RateTest) -> None:
    name = f"rates {hash(config)}"
    news = {"text": "", "state": "running", "ended": False}
    if known.ended:
        news = {"text": _("The test has ended."), "state": "done", "ended": True}
    message = chart_message(
        rate_frame(info, name=name),
        rate_arrays(info),
        run=name,
        words=rate_words(info),
        news=news,
        due=0.0 if known.ended else _DUE,
    )
    live_chart(message, key=_KEY)


def _words(config: RunConfig, known: RateTest, suggestion: Suggestion | None) -> None:
    """How far the test is, or what it suggests and why, and the button that takes it over."""
    if suggestion is None:
        st.markdown(_progress(known.test))
        return
    with st.container(horizontal=True, vertical_alignment="center", key="rate-suggestion"):
        st.markdown(_suggested(suggestion), width="stretch")
        if suggestion.lr is not None:
            _use(config, suggestion.lr)
    if about := _about(config):
        st.caption(sentences(*about))


def _progress(test: RangeTest) -> str:
    if test.trials:
        trial = test.trials[-1]
        return _(
            "Step {step} of {steps} of a trial with {rate}: what the curve suggests, the usual "
            "rate and, if need be, a third of the first are tried from the same start on the same "
            "batches.",
            step=len(trial.losses),
            steps=trial.steps,
            rate=as_text(trial.lr),
        )
    return _(
        "Step {step} of {steps}: a throw-away model trains while the rate grows. The loss "
        "stays level while the rate is too low, falls, and turns up where it is too high.",
        step=len(test.lrs),
        steps=STEPS,
    )


def _suggested(suggestion: Suggestion) -> str:
    reason = as_markdown(sentences(*map(sentence, suggestion.reasons)))
    if suggestion.lr is None:
        title = _("No learning rate is suggested.")
        return f"**{title}** {reason}"
    title = _("Suggested learning rate: {rate}", rate=as_text(suggestion.lr))
    return f"**{title}**  \n{reason}"


def _about(config: RunConfig) -> list[str]:
    """What of the settings the test did not use, and whether they are others by now."""
    found = []
    now = session.config()
    if now is None or not same_test(now, config):
        found.append(
            _("The settings of the sidebar have changed since this test: test again for them.")
        )
    if names := unused(config):
        labels = listed(setting_label(name) for name in names)
        found.append(_("The test does not use: {settings}.", settings=labels))
    return found


def _use(config: RunConfig, rate: float) -> None:
    """The button that puts the rate into the sidebar; afterwards, that it is there."""
    held = session.values()
    if held["optim.name"] != config.optim.name:
        return  # a rate means something beside its optimizer only
    if held["optim.lr"] == rate:
        st.caption(_("✓ Set in the sidebar"), width="content")
        return
    st.button(
        _("Use {rate}", rate=as_text(rate)),
        key="rate-use",
        type="primary",
        icon=":material/tune:",
        help=_("Sets the learning rate in the sidebar, for the next run."),
        on_click=session.enter,
        args=("optim.lr", rate),
    )
