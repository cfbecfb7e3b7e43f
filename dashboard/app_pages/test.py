"""Test: how good a checkpoint is on images it has never seen, and where it errs."""

from __future__ import annotations

import contextlib
from pathlib import Path

import streamlit as st

from dashboard import server, session
from dashboard.panels import assumptions, evaluation, invitation
from dashboard.panels.checkpoint_choice import (
    Choice,
    choose_model,
    no_checkpoint_yet,
    run_behind,
)
from dashboard.panels.follow import follow
from dashboard.panels.how.pages import on_test_page
from dashboard.panels.test_parts import registry
from dashboard.panels.test_parts.subject import Subject
from dashboard.server import data_sets
from dashboard.session import first_steps, problems
from dashboard.settings.resume_plan import resume_plan
from dashboard.words.choices import choice_name
from dashboard.words.translation import N_, _, ngettext, sentence, translated
from dashboard.words.wording import as_markdown, listed
from mlcore import errors
from mlcore.checkpoint.suggest import data_sets_for
from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.data import CATALOG
from mlcore.errors import MlcoreError

_ASSUMED = {
    "activation": N_("activation {value}"),
    "mean": N_("mean {value}"),
    "std": N_("standard deviation {value}"),
}


def page() -> None:
    """The whole page."""
    st.title(_("Test"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="test-head"):
        choice = choose_model()
        data = _choose_data(choice) if choice else None
    problems.show()
    follow(run_behind(choice))
    if choice is None:
        _nothing_to_test()
    elif data is None:
        _no_data_fits(choice.outputs)
    else:
        _test(choice, data)


def _test(choice: Choice, data: str) -> None:
    if choice.upload is not None and (reason := assumptions.why_unusable(choice.upload)):
        st.error(as_markdown(reason), icon=":material/error:")
        st.page_link("app_pages/checkpoints.py", label=_("Go to Checkpoints"))
        return
    _say_what_is_assumed(choice)
    _warn_of_another_data_set(choice, data)
    root = _root(choice, data)
    if not data_sets.source(data, root).usable:
        st.warning(data_sets.source(data, root).message, icon=":material/folder_off:")
        if st.button(_("Go to Data"), key="go-to-data", icon=":material/grid_view:"):
            session.change_data(data)
            st.switch_page("app_pages/data.py")
        return
    subject = Subject.test(choice, data, root)
    for warning in subject.result["warnings"]:
        st.warning(as_markdown(sentence(errors.from_json(warning))), icon=":material/warning:")
    evaluation.figures(subject.result["evaluation"])
    registry.draw(subject)
    on_test_page(_settings(choice, data), subject.result["evaluation"])
    first_steps.note("test")


def _settings(choice: Choice, data: str) -> RunConfig:
    """Those of the run, or what an uploaded file says of its own; the rest is as usual."""
    if choice.run is not None:
        return choice.run.config
    usual = RunConfig().with_values({"data.name": data})
    if choice.upload is None:
        return usual
    with contextlib.suppress(MlcoreError):
        return resume_plan(choice.upload.inspection, usual, choice.assumed).config
    return usual


def _nothing_to_test() -> None:
    if server.store().list():
        no_checkpoint_yet()
        return
    invitation.train_first(
        _("Train a model first, and see here how good it is on images that it has never seen.")
    )


def _no_data_fits(outputs: int) -> None:
    st.info(
        ngettext(
            "The model has {n} class, and no data set here has so many.",
            "The model has {n} classes, and no data set here has so many.",
            outputs,
        ),
        icon=":material/info:",
    )


def _choose_data(choice: Choice) -> str | None:
    """Draw the list of data sets to test on: its own first, then all with as many classes."""
    fitting = data_sets_for(choice.outputs)
    if not fitting:
        return None
    sidebar = session.data_name()
    usual = choice.data or (sidebar if sidebar in fitting else fitting[0])
    chosen: str = st.selectbox(
        _("On the test images of"),
        [usual, *(name for name in fitting if name != usual)],
        format_func=choice_name,
        key=f"test-data-{choice.run.id if choice.run else 'upload'}",
        width=200,
        persist_state="session",
        help=_("Data sets with as many classes as the model has."),
    )
    return chosen


def _say_what_is_assumed(choice: Choice) -> None:
    if choice.assumed:
        values = listed(
            translated(_ASSUMED[name], value=value) for name, value in choice.assumed.items()
        )
        st.caption(
            _(
                "The file does not say everything. Assumed: {values}. Change it on the page "
                "Checkpoints.",
                values=values,
            )
        )
        if choice.upload is not None and choice.upload.trials:
            evaluation.normalisations(choice.upload.trials)


def _warn_of_another_data_set(choice: Choice, data: str) -> None:
    """Where the sidebar's data set is another one; the test itself warns of the rest."""
    own, sidebar = choice.data, session.data_name()
    if own not in (None, data) or sidebar == data or sidebar not in CATALOG:
        return
    titles = {"sidebar": choice_name(sidebar), "data": choice_name(data)}
    if own:
        text = _(
            "The sidebar is set to {sidebar}, but this model is tested on {data}, which it was "
            "trained on.",
            **titles,
        )
    else:
        text = _("The sidebar is set to {sidebar}, but this model is tested on {data}.", **titles)
    st.warning(text, icon=":material/warning:")


def _root(choice: Choice, data: str) -> Path:
    """Where the images lie: the run's own folder for its own data set, else the sidebar's."""
    if choice.run is not None and choice.run.config.data.name == data:
        return data_root(choice.run.config.data)
    config = session.config()
    return data_root(config.data if config else DataConfig())


page()
