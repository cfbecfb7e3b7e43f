"""The button that runs both sides of a lesson, their curves while they grow, and what is seen."""

from __future__ import annotations

import streamlit as st

from dashboard.charts.lesson_curves import (
    lesson_arrays,
    lesson_frame,
    lesson_info,
    lesson_words,
)
from dashboard.charts.run_tables import lesson_table
from dashboard.components.live_chart import chart_message, live_chart
from dashboard.panels.chart_table import chart_table
from dashboard.panels.lesson_parts.choice import link_to
from dashboard.panels.plain_table import plain_table
from dashboard.server.lessons import lessons
from dashboard.server.load import noted
from dashboard.session import problems
from dashboard.session.lessons import ShownRun, next_seed, show_run, shown_run
from dashboard.words.translation import _, translated
from dashboard.words.wording import figure, percent
from mlcore.lessons import Curve, Lesson, Pair
from mlcore.words import NO_FIGURE

__all__ = ["run_and_watch", "titled"]

_PACE = 0.2  # seconds between two looks at a lesson that runs, where few tabs are open
_DUE = 20.0  # seconds after which a chart that gets nothing says so


def run_and_watch(lesson: Lesson) -> None:
    """The button, the chart, its figures in a table, and the sentence on what is seen."""
    pair = _look(lesson)
    with st.container(horizontal=True, vertical_alignment="center", key="lesson-deeds"):
        _button(lesson, pair)
        link_to(lesson)
    problems.show()
    with st.container(key="lesson-curves"):
        if pair is None:
            with st.container(key="lesson-guess", horizontal_alignment="center"):
                st.markdown(
                    _("Guess first: what will the two curves do? Then press **Run both**."),
                    width="content",
                )
            return
        moves, pace = not pair.done, max(_PACE, noted().least_pause)
        st.fragment(_curves, run_every=pace if moves else None)(lesson, moves=moves)


def titled(title: str, text: str) -> None:
    """A text below its title."""
    st.markdown(f"**{title}**\n\n{text}")


def _button(lesson: Lesson, pair: Pair | None) -> None:
    if pair is None:
        text = _("Run both")
    elif pair.done:
        text = _("Run with another seed")
    else:
        text = _("Running …")
    st.button(
        text,
        key="run-lesson",
        type="primary",
        icon=":material/play_arrow:",
        disabled=pair is not None and not pair.done,
        help=_("Both sides are trained now, on the bundled digits; it takes a few seconds."),
        on_click=_run,
        args=(lesson.name,),
    )


def _run(name: str) -> None:
    with problems.caught():
        seed = next_seed(name)
        show_run(name, ShownRun(seed, lessons().start(name, seed)))


def _look(lesson: Lesson) -> Pair | None:
    run = shown_run(lesson.name)
    return None if run is None else lessons().look(lesson.name, *run)


@problems.friendly_errors()
def _curves(lesson: Lesson, *, moves: bool) -> None:
    """All that grows while the lesson runs."""
    pair = _look(lesson)
    if pair is None or (moves and pair.done):
        st.rerun()
    labels = (translated(lesson.wrong.label), translated(lesson.right.label))
    _chart(lesson, pair, labels)
    _table(pair, labels)
    with st.container(key="lesson-seen"):
        if pair.done:
            text, evidence = lesson.found_in(pair)
            titled(_("What is seen"), translated(text, **evidence))
        else:
            st.markdown(_("Both are being trained; watch the curves."))


def _chart(lesson: Lesson, pair: Pair, labels: tuple[str, str]) -> None:
    info = lesson_info(lesson, pair, labels)
    name = " ".join(map(str, (lesson.name, *(shown_run(lesson.name) or ()))))
    state = "done" if pair.done else "running"
    news = _("Both sides are trained.") if pair.done else ""
    message = chart_message(
        lesson_frame(info, name=name),
        lesson_arrays(info),
        run=name,
        words=lesson_words(info),
        news={"text": news, "state": state, "ended": pair.done},
        due=0.0 if pair.done else _DUE,
    )
    live_chart(message, key="lesson-chart")
    chart_table(
        "",
        lambda: lesson_table(info),
        key="lesson-chart",
        title=_("Loss and accuracy of both sides"),
    )


def _table(pair: Pair, labels: tuple[str, str]) -> None:
    plain_table(
        [(label, *_figures(curve)) for label, curve in zip(labels, _sides(pair), strict=True)],
        label=_("Figures of both sides"),
        headings=(
            _("Side"),
            _("First loss"),
            _("Lowest loss"),
            _("Last loss"),
            _("Accuracy"),
        ),
    )
    st.caption(
        _(
            "The last loss is the mean over the last tenth of the steps; the accuracy is the one "
            "measured last."
        )
    )


def _sides(pair: Pair) -> tuple[Curve, Curve]:
    return pair.wrong, pair.right


def _figures(curve: Curve) -> tuple[str, str, str, str]:
    losses = curve.finite
    return (
        figure(losses[0]) if losses else NO_FIGURE,
        figure(min(losses)) if losses else NO_FIGURE,
        _last(curve),
        percent(curve.final, 1) if curve.accuracy else NO_FIGURE,
    )


def _last(curve: Curve) -> str:
    if not curve.loss:
        return NO_FIGURE
    return _("no number") if curve.loss[-1] is None else figure(curve.end)
