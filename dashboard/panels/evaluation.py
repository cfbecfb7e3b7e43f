"""How good a checkpoint is, in large figures and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.panels.figures import metric_with_note
from dashboard.words.choices import choice_name
from dashboard.words.intervals import accuracy_range, what_means_something
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import (
    as_markdown,
    exact_percent,
    figure,
    listed_apart,
    percent,
    sentences,
)

__all__ = ["figures", "normalisations"]


def figures(evaluation: Mapping[str, Any]) -> None:
    """Accuracy with its interval, loss and mistakes, and which differences mean something."""
    confusion, total = evaluation["confusion"], int(evaluation["images"])
    right = sum(row[index] for index, row in enumerate(confusion))
    wrong = total - right
    accuracy, errors = exact_percent(right, total), exact_percent(wrong, total)
    ratio = _("{right:,} of {total:,}", right=right, total=total)
    interval = accuracy_range(right, total).replace(" ", "\N{NO-BREAK SPACE}")
    with st.container(horizontal=True, key="figures", gap="small"):
        metric_with_note(
            _("Test accuracy"),
            accuracy,
            f"{ratio} · {interval}",
            help=_(
                "The share of test images whose likeliest class is the true one. The range is what"
                " so many images leave open: the true value lies in it in 95 of 100 cases."
            ),
        )
        metric_with_note(
            _("Test loss"),
            figure(evaluation["loss"]),
            _("per image"),
            help=_(
                "The mean of −ln of the probability that the model gives to the true class: being "
                "sure and wrong costs much, and guessing among ten classes 2.303."
            ),
        )
        metric_with_note(
            _("Mistakes"),
            f"{wrong:,}",
            _("{share} of all", share=errors),
            help=_(
                "Test images whose likeliest class is not the true one; the matrix below says "
                "which."
            ),
        )
    st.caption(as_markdown(what_means_something(right, total)))


def normalisations(trials: Mapping[str, Any]) -> None:
    """How good a model is with each of the usual normalisations, which its file leaves open."""
    shown = []
    for trial in trials["tried"]:
        words = _(
            "{mean:g} / {std:g}: {accuracy}",
            mean=trial["mean"],
            std=trial["std"],
            accuracy=percent(trial["accuracy"]),
        )
        best = trial == trials["best"]
        shown.append(f"**{as_markdown(words)}**" if best else as_markdown(words))
    text = ngettext(
        "Right on {n:,} validation image of {data}, by mean / standard deviation: {trials}.",
        "Right on {n:,} validation images of {data}, by mean / standard deviation: {trials}.",
        int(trials["images"]),
        data=as_markdown(choice_name(trials["data"])),
        trials=listed_apart(shown),
    )
    if not trials["clear"]:
        text = sentences(text, _("With none of them the model is better than guessing."))
    st.caption(text)
