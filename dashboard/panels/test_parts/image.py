"""One image: what the model makes of it, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import session
from dashboard.charts.close_up import (
    flipped_html,
    image_html,
    probabilities_html,
)
from dashboard.controls.numbers import NumberField, forget
from dashboard.panels.column_help import column_help
from dashboard.panels.downloads import csv_button, picture
from dashboard.panels.headings import choose_one
from dashboard.panels.neighbours import nearest
from dashboard.panels.network_path import network_path
from dashboard.panels.test_parts.image_choice import IMAGE, image_in_address
from dashboard.panels.test_parts.subject import Subject
from dashboard.server import data_sets
from dashboard.server.insights import Found, ask
from dashboard.session import places
from dashboard.words.translation import N_, _, ngettext
from dashboard.words.wording import as_markdown, probability, sentences, with_article
from mlcore.rules import Rule

__all__ = ["PARAMETERS", "draw"]

UNIT = "unit"
PARAMETERS = (IMAGE, UNIT)
_FIELD = "test-image"
_SALIENCY: Mapping[str, str] = {
    "off": N_("Image alone"),
    "gradient": N_("Gradient × input"),
    "integrated": N_("Integrated gradients"),
}


def draw(subject: Subject) -> None:
    """The whole part."""
    data = data_sets.images(subject.data, subject.root)
    index = _choose_image(subject, len(data.test))
    model = subject.model
    found = ask("image", model, image=index)
    label = int(data.test.labels[index])
    _answer_in_words(found.told, label, subject.classes)
    chosen = choose_one(_("Over the image"), _SALIENCY, key="saliency", default="gradient")
    file = f"{subject.name}-image-{index}"
    left, middle, right = st.columns([3, 4, 5], gap="medium")
    with left:
        _close_up(found, chosen, data.test.images[index], index, subject.classes, file)
    with middle:
        title = _("All classes")
        st.subheader(title, anchor=False)
        chances = found.told["probabilities"]
        picture(
            probabilities_html(chances, subject.classes, label, session.colours()),
            key="chances",
            title=title,
            file=f"{file}-probabilities",
        )
    with right:
        _flip(found.told, data.test.images[index], subject.classes, file)
    nearest(found.told, data, file)
    network_path(model, index, found, subject.classes, file)


def _choose_image(subject: Subject, count: int) -> int:
    """The number field and the buttons beside it; while what is typed is none, the image stays."""
    index = image_in_address(subject.data, count, int(subject.answers.losses.argmax()))
    with st.container(horizontal=True, vertical_alignment="bottom", key="image-choice"):
        rule = Rule(N_("which image"), label=N_("Test image"), low=0, high=count - 1)
        NumberField(_FIELD, _("Test image"), index, rule).draw(
            _go_to, width=140, help=_("The number of an image of the test set, from 0.")
        )
        for key, icon, name, target in (
            ("image-before", ":material/chevron_left:", _("Previous image"), index - 1),
            ("image-after", ":material/chevron_right:", _("Next image"), index + 1),
        ):
            st.button(
                name,
                key=key,
                icon=icon,
                help=_("In the order of the test set."),
                disabled=not 0 <= target < count,
                on_click=_go_to,
                args=(target,),
            )
    return index


def _go_to(index: int) -> None:
    forget(_FIELD)
    places.go_to(image=str(index))


def _answer_in_words(told: Mapping[str, Any], label: int, classes: tuple[str, ...]) -> None:
    predicted = int(told["predicted"])
    values = {
        "true": as_markdown(with_article(classes[label])),
        "predicted": as_markdown(with_article(classes[predicted])),
        "chance": probability(told["probabilities"][predicted], 1),
    }
    if predicted == label:
        text = _("It is {true}, and the model says so with {chance}.", **values)
    else:
        text = _("It is {true}, but the model says {predicted} with {chance}.", **values)
    st.header(text, anchor=False)


def _close_up(
    found: Found,
    chosen: str,
    image: NDArray[np.uint8],
    index: int,
    classes: tuple[str, ...],
    file: str,
) -> None:
    saliency = None if chosen == "off" else found.arrays[chosen]
    words = _("Test image {index}", index=index)
    picture(
        image_html(image, words, session.colours(), saliency),
        key="close-up",
        title=words,
        file=file if saliency is None else f"{file}-{chosen}",
    )
    if saliency is not None:
        st.caption(
            _(
                "Which pixels raise the logit of {label} above that of a black image, and which "
                "lower it.",
                label=as_markdown(classes[int(found.told["target"])]),
            )
        )


def _flip(
    told: Mapping[str, Any], image: NDArray[np.uint8], classes: tuple[str, ...], file: str
) -> None:
    title = _("What would flip the answer")
    st.subheader(title, anchor=False)
    flip = told["flip"]
    if flip is None:
        st.caption(_("No change of single pixels was found that gives another answer."))
        return
    before, after = (classes[int(flip[name])] for name in ("before", "after"))
    words = (
        _("as it is: {label}", label=before),
        _("changed: {label} ({chance})", label=after, chance=probability(flip["probability"], 1)),
    )
    picture(
        flipped_html(image, flip, words, session.colours()),
        key="flip",
        title=title,
        file=f"{file}-flip",
    )
    added = sum(change["after"] > 0 for change in flip["changes"])
    count = len(flip["changes"])
    text = ngettext(
        "{n} pixel is enough: {added} made white, {taken} made black.",
        "{n} pixels are enough: {added} made white, {taken} made black.",
        count,
        added=added,
        taken=count - added,
    )
    st.caption(sentences(text, _("Found pixel by pixel along the gradient; fewer may do.")))
    with st.expander(_("The changed pixels"), key="flip-pixels"):
        table = {
            _("Row"): [change["index"] // 28 for change in flip["changes"]],
            _("Column"): [change["index"] % 28 for change in flip["changes"]],
            _("Before"): [change["before"] for change in flip["changes"]],
            _("After"): [change["after"] for change in flip["changes"]],
        }
        about = {
            _("Row"): _("Of the pixel, from the top, from 0."),
            _("Column"): _("Of the pixel, from the left, from 0."),
            _("Before"): _("Its grey value in the image, 0 to 255."),
            _("After"): _("The grey value that helps to turn the answer."),
        }
        columns = column_help(about, words=0)
        st.dataframe(table, key="flip-table", hide_index=True, column_config=columns)
        csv_button(table, key="flip-csv", file=f"{file}-flip")
