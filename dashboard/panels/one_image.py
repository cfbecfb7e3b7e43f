"""What `ToTensor` and `Normalize` do to one image of the training data."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.charts.pixel_steps import StepsInfo, step_figure, step_table, steps_info
from dashboard.controls.numbers import NumberField, forget
from dashboard.panels.still_chart import still_chart
from dashboard.words.translation import N_, _, translated
from mlcore.config import RunConfig
from mlcore.data import RawData
from mlcore.rules import Rule

__all__ = ["one_image"]

_FIELD, _CHOSEN = "image-index", "chosen-image"


def one_image(config: RunConfig, data: RawData) -> None:
    """An image in three steps side by side, with the sums of one of its pixels."""
    st.header(_("What ToTensor and Normalize do to one image"), anchor=False)
    index = _choose_image(len(data.train))
    label = data.classes[int(data.train.labels[index])]
    info = steps_info(data.train.images[index], config.data.mean, config.data.std)
    for number, column in enumerate(st.columns(3, gap="medium")):
        with column, st.container(border=True, height="stretch"):
            _step(info, number, label)


def _step(info: StepsInfo, number: int, label: str) -> None:
    step = info.steps[number]
    st.markdown(f"**{number + 1}. {translated(step.title)}**  \n:gray[{step.kind}]")
    still_chart(
        step_figure,
        info,
        number,
        key=f"step-{number}",
        title=translated(step.title),
        words=step.figures,
        table=lambda: step_table(info, number),
    )
    if number:
        st.latex(info.formulas[number - 1])
        return
    st.markdown(
        _(
            "A **{label}**. The sums are those of the framed pixel, in row {row} and column "
            "{column}.",
            label=label,
            row=info.row,
            column=info.column,
        )
    )


def _choose_image(count: int) -> int:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        held = int(st.session_state.get(_CHOSEN, 0))
        index = held if held < count else 0
        rule = Rule(N_("which image"), label=N_("Training image"), low=0, high=count - 1)
        NumberField(_FIELD, _("Training image"), index, rule).draw(
            _choose, width=180, help=_("The number of an image of the training set, from 0.")
        )
        st.button(
            _("Another image"),
            key="another-image",
            icon=":material/shuffle:",
            on_click=_another,
            args=(count,),
            help=_("Draws a training image at random."),
        )
    return index


def _choose(index: int) -> None:
    st.session_state[_CHOSEN] = index


def _another(count: int) -> None:
    session.draw_again("image")
    forget(_FIELD)
    rng = np.random.default_rng(session.draw_number("image"))
    st.session_state[_CHOSEN] = int(rng.integers(count))
