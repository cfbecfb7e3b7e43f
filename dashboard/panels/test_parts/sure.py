"""How sure the model is: reliability, confidence right and wrong, what waiting to be sure costs."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.charts.numbers import WHOLE_PERCENT_COLUMN
from dashboard.charts.trust import (
    histogram_figure,
    reliability_figure,
    threshold_figure,
    threshold_points,
)
from dashboard.charts.trust_tables import histogram_table, reliability_table, threshold_table
from dashboard.panels import downloads
from dashboard.panels.headings import heading
from dashboard.panels.test_parts.subject import Subject
from dashboard.session.problems import friendly_errors
from dashboard.words.intervals import accuracy_range
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown, figure, percent, sentences
from mlcore.insight.calibration import Calibration
from mlcore.insight.confidence import answered, confidence_histograms

__all__ = ["draw"]

_BARS = 20
_USUAL = 90  # per cent


def draw(subject: Subject) -> None:
    """The whole part."""
    left, right = st.columns(2, gap="medium")
    with left:
        _reliability(subject)
    with right:
        _histograms(subject)
    st.fragment(_threshold)(subject)


def _reliability(subject: Subject) -> None:
    found = subject.tested.calibration
    about = _(
        "Images in 15 bins by the probability of the likeliest class. A model that can be trusted "
        "is right as often as it says: its bars end on the dashed line."
    )
    with heading(_("Reliability"), key="reliability", help=about):
        downloads.csv_button(
            _bins(found), key="csv-reliability", file=f"{subject.name}-reliability"
        )
    downloads.chart(
        reliability_figure(found, session.colours()),
        key="reliability",
        title=_("Reliability"),
        file=f"{subject.name}-reliability",
        words=_trust_words(found),
        table=lambda: reliability_table(found),
    )


def _trust_words(found: Calibration) -> str:
    text = _(
        "Expected calibration error: {ece}; by so much the model's confidence misses its accuracy.",
        ece=percent(found.before.ece),
    )
    if found.temperature is None or found.after is None:
        if found.images:
            why = _("No temperature fits: it is never wrong on validation images.")
        else:
            why = _("Its run held no validation images out, on which to fit a remedy.")
        return sentences(text, why)
    values = {"temperature": figure(found.temperature, 3), "after": percent(found.after.ece)}
    if found.temperature > 1:
        remedy = ngettext(
            "It is too sure of itself: fitted on {n:,} validation image, a temperature of "
            "{temperature} is best, with which the error is {after}.",
            "It is too sure of itself: fitted on {n:,} validation images, a temperature of "
            "{temperature} is best, with which the error is {after}.",
            found.images,
            **values,
        )
    else:
        remedy = ngettext(
            "It is not sure enough of itself: fitted on {n:,} validation image, a temperature of "
            "{temperature} is best, with which the error is {after}.",
            "It is not sure enough of itself: fitted on {n:,} validation images, a temperature of "
            "{temperature} is best, with which the error is {after}.",
            found.images,
            **values,
        )
    return sentences(text, remedy)


def _bins(found: Calibration) -> dict[str, list[float]]:
    bins = len(found.before.counts)
    columns: dict[str, list[float]] = {
        "from": [number / bins for number in range(bins)],
        "to": [(number + 1) / bins for number in range(bins)],
        "images": found.before.counts.tolist(),
        "confidence": found.before.confidence.tolist(),
        "accuracy": found.before.accuracy.tolist(),
    }
    if found.after is not None:
        columns |= {
            "images_after": found.after.counts.tolist(),
            "confidence_after": found.after.confidence.tolist(),
            "accuracy_after": found.after.accuracy.tolist(),
        }
    return columns


def _histograms(subject: Subject) -> None:
    right, wrong = confidence_histograms(subject.answers, _BARS)
    with heading(_("Confidence, right and wrong"), key="confidence"):
        downloads.csv_button(
            {
                "from": [number / _BARS for number in range(_BARS)],
                "to": [(number + 1) / _BARS for number in range(_BARS)],
                "right": right.tolist(),
                "wrong": wrong.tolist(),
            },
            key="csv-confidence",
            file=f"{subject.name}-confidence",
        )
    downloads.chart(
        histogram_figure(right, wrong, session.colours()),
        key="confidence",
        title=_("Confidence, right and wrong"),
        file=f"{subject.name}-confidence",
        words=_sure_words(subject),
        table=lambda: histogram_table(right, wrong),
    )


def _sure_words(subject: Subject) -> str:
    sure = answered(subject.answers, 0.99)
    return _(
        "On {share} of the images its confidence is 99 % or more; {wrong:,} of those "
        "{count:,} are wrong all the same.",
        share=percent(sure.share, 1),
        wrong=sure.count - sure.right,
        count=sure.count,
    )


@friendly_errors()
def _threshold(subject: Subject) -> None:
    """What is left where the model answers only when it is sure enough."""
    st.header(_("Answer only when sure"), anchor=False)
    chosen = st.slider(
        _("Least confidence"),
        0,
        100,
        _USUAL,
        format=WHOLE_PERCENT_COLUMN,
        key="threshold",
        persist_state="session",
        help=_(
            "Below this probability the model says nothing: the higher, the fewer answers, and the"
            " fewer of them wrong."
        ),
    )
    left = answered(subject.answers, chosen / 100)
    st.markdown(as_markdown(_left_words(chosen, left.count, left.right, left.total)))
    downloads.chart(
        threshold_figure(
            threshold_points(subject.answers), (left.share, left.accuracy), session.colours()
        ),
        key="threshold-curve",
        title=_("Answer only when sure"),
        file=f"{subject.name}-threshold",
        words="",
        table=lambda: threshold_table(subject.answers, chosen / 100),
    )


def _left_words(threshold: int, count: int, right: int, total: int) -> str:
    if not count:
        return _("It is nowhere as sure as {threshold} %.", threshold=threshold)
    return ngettext(
        "At {threshold} % or more it answers {count:,} of {total:,} images ({share}), and is right "
        "on {accuracy} of them ({range}); {n:,} mistake is left.",
        "At {threshold} % or more it answers {count:,} of {total:,} images ({share}), and is right "
        "on {accuracy} of them ({range}); {n:,} mistakes are left.",
        count - right,
        threshold=threshold,
        count=count,
        total=total,
        share=percent(count / total, 1),
        accuracy=percent(right / count),
        range=accuracy_range(right, count),
    )
