"""What `ToTensor` and `Normalize` do to one image of the training data."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.charts.pixel_steps import StepsInfo, step_figure, steps_info
from dashboard.panels.still_chart import still_chart
from dashboard.words.translation import _, translated
from mlcore.config import RunConfig
from mlcore.data import RawData

__all__ = ["one_image"]

_INDEX = "image-index"


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
    still_chart(step_figure, info, number, key=f"step-{number}")
    st.caption(step.figures)
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
        if st.session_state.get(_INDEX, 0) >= count:
            st.session_state[_INDEX] = 0
        index = st.number_input(
            _("Training image"), 0, count - 1, key=_INDEX, width=180, persist_state="session"
        )
        st.button(
            _("Another image"),
            key="another-image",
            icon=":material/shuffle:",
            on_click=_another,
            args=(count,),
        )
    return int(index)


def _another(count: int) -> None:
    session.draw_again("image")
    rng = np.random.default_rng(session.draw_number("image"))
    st.session_state[_INDEX] = int(rng.integers(count))
