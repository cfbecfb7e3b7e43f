"""A new sweep: what varies, how it is searched, and the button that starts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.controls.numbers import NumberField
from dashboard.gaps.widgets import show
from dashboard.server.data_sets import why_not_trainable
from dashboard.server.sweeps import sweeps
from dashboard.session import places, problems
from dashboard.settings.sweep_form import SweepForm, sweep_command, with_validation
from dashboard.words.setting_names import setting_label, settings_sentence
from dashboard.words.sweeps import OBJECTIVE_NAMES, PRUNER_NAMES, SAMPLER_NAMES
from dashboard.words.translation import N_, _, ngettext, sentence, translated
from dashboard.words.wording import file_size, refusal
from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import MlcoreError, SettingsError
from mlcore.sweeps import Sweep
from mlcore.sweeps.dimension import FIXED, parse_dimension
from mlcore.sweeps.disk import disk_use
from mlcore.sweeps.starting import USUAL_TRIALS, new_sweep
from mlcore.sweeps.sweep import JOBS, TRIALS

__all__ = ["PARAMETER", "new_sweep_form"]

PARAMETER = "sweep"
"""The parameter of the address that names the sweep that is shown."""

_FORM = "sweep-form"
_MOST = 8  # settings that vary


def new_sweep_form() -> None:
    """The form; all that it does not ask for is as in the sidebar."""
    form = _form()
    st.caption(
        _(
            "A sweep tries many settings: each trial is a run of its own, trained with other "
            "values of what varies and compared by images that are held out. All other settings "
            "are those of the sidebar."
        )
    )
    left, right = st.columns([1, 3], gap="small")
    with left:
        _text("name", _("Name"), form.name or _free_name(), _("A word: the tag of its runs."))
    with right:
        _varied(form)
    with st.container(horizontal=True, gap="small", key="sweep-spaces"):
        for name in form.varied:
            with st.container(width=320, gap="xxsmall"):
                _values(form, name)
    with st.container(horizontal=True, gap="small", key="sweep-how"):
        _choice("sampler", _("Search"), SAMPLER_NAMES, _SEARCH_HELP, 232)
        _choice("pruner", _("Give up early"), PRUNER_NAMES, _GIVE_UP_HELP, 172)
        _choice("objective", _("Compare by"), OBJECTIVE_NAMES, _COMPARE_HELP, 172)
        if form.sampler != "grid":
            _trials().draw(width=80, help=translated(_TRIALS_HELP))
        _at_once().draw(width=120, help=translated(_AT_ONCE_HELP))
    config = session.config()
    reason = why_not_trainable(config)
    asked = _asked(config)
    if isinstance(asked, Sweep):
        st.caption(_plan(asked))
        st.code(sweep_command(asked), language="bash", wrap_lines=True)
    elif reason is None and not any(_error(form, name) for name in form.varied):
        st.markdown(refusal(settings_sentence(asked)))
    st.button(
        _("Start the sweep"),
        key="start-sweep",
        type="primary",
        icon=":material/play_arrow:",
        disabled=reason is not None,
        help=sentence(reason) if reason else _("Its trials train one after the other, as runs."),
        on_click=_start,
    )


_SEARCH_HELP = N_(
    "TPE draws more often where earlier trials were good; random draws everywhere alike; a grid "
    "tries every combination of values that can be counted."
)
_GIVE_UP_HELP = N_(
    "Trials whose validation lags behind the others' after the same epochs are stopped, so that "
    "more can be tried in the same time."
)
_COMPARE_HELP = N_("Measured on the images that are held out, never on the test images.")
_TRIALS_HELP = N_("How many runs, in all; more find better settings, later.")
_AT_ONCE_HELP = N_("How many runs train at the same time; they share the cores.")


def _asked(config: RunConfig | None) -> Sweep | MlcoreError:
    """The sweep that the form asks for now, or what is wrong with it."""
    form = _form()
    if config is None:
        return SettingsError("A setting in the sidebar cannot be used; the reason is shown there.")
    try:
        config = with_validation(config)
        return new_sweep(
            server.store().root,
            form.name or _free_name(),
            form.space,
            config.flat(),
            objective=form.objective,
            sampler=form.sampler,
            pruner=form.pruner,
            trials=None if form.sampler == "grid" else _trials().value(),
            jobs=_at_once().value(),
        )
    except MlcoreError as error:
        return error


def _plan(sweep: Sweep) -> str:
    epochs = int(str(sweep.settings["train.epochs"]))
    images = int(str(sweep.settings["data.validation"]))
    return _(
        "{trials} of {epochs}, compared by {images}, with up to {size} of checkpoints. In a "
        "terminal:",
        trials=ngettext("{n:,} trial", "{n:,} trials", sweep.trials),
        epochs=ngettext("{n:,} epoch", "{n:,} epochs", epochs),
        images=ngettext("{n:,} held-out image", "{n:,} held-out images", images),
        size=file_size(disk_use(sweep)),
    )


def _start() -> None:
    """Start it with all that is on the screen at the click."""
    config = session.config()
    with problems.caught():
        if reason := why_not_trainable(config):
            raise reason
        asked = _asked(config)
        if isinstance(asked, MlcoreError):
            return  # the form says in its place what is wrong
        sweeps().start(asked)
        _enter(name="")
        places.go_to(**{PARAMETER: asked.name})


def _varied(form: SweepForm) -> None:
    shown = show("sweep-varied", list(form.varied), lambda names: _enter(varied=tuple(names)))
    st.multiselect(
        _("What varies"),
        _names(),
        shown.value,
        format_func=setting_label,
        key=shown.key,
        max_selections=_MOST,
        placeholder=_("Choose settings"),
        help=_("The settings that differ from trial to trial."),
    )


def _values(form: SweepForm, name: str) -> None:
    def entered(text: str) -> None:
        _enter(spaces=tuple((dict(_form().spaces) | {name: text}).items()))

    shown = show(f"sweep-space-{name}", form.values(name), entered)
    st.text_input(
        setting_label(name),
        shown.value,
        key=shown.key,
        help=_(
            "Values with commas in between; or a range as in 0.001..1, with :log drawn evenly over "
            "powers of ten, with :step=0.1 in steps. Lists of layers stand between |: "
            "64|128,64 is one layer of 64, or 128 and 64."
        ),
    )
    if error := _error(form, name):
        st.markdown(refusal(settings_sentence(error)))


def _error(form: SweepForm, name: str) -> SettingsError | None:
    """What is wrong with the values of a setting that varies."""
    try:
        parse_dimension(f"{name}={form.values(name)}")
    except SettingsError as error:
        return error
    return None


def _text(field: str, label: str, value: str, help: str) -> None:
    shown = show(f"sweep-{field}", value, lambda text: _enter(**{field: text.strip()}))
    st.text_input(label, shown.value, key=shown.key, help=help)


def _choice(field: str, label: str, options: Mapping[Any, str], help: str, width: int) -> None:
    shown = show(f"sweep-{field}", getattr(_form(), field), lambda name: _enter(**{field: name}))
    names = list(options)
    st.selectbox(
        label,
        names,
        names.index(shown.value),
        format_func=lambda name: translated(options[name]),
        key=shown.key,
        width=width,
        help=translated(help),
    )


def _trials() -> NumberField:
    return NumberField("sweep-trials", _("Trials"), USUAL_TRIALS, TRIALS)


def _at_once() -> NumberField:
    return NumberField("sweep-at-once", _("Trials at once"), server.queue().snapshot().usual, JOBS)


def _names() -> Sequence[str]:
    """The settings that a sweep can vary."""
    return [name for name in SETTINGS if name not in FIXED]


def _free_name() -> str:
    """The first of sweep-1, sweep-2 and so on that there is not."""
    taken = {name.casefold() for name in sweeps().names()}
    return next(name for n in range(1, 10_000) if (name := f"sweep-{n}") not in taken)


def _form() -> SweepForm:
    found: SweepForm = st.session_state.setdefault(_FORM, SweepForm())
    return found


def _enter(**entered: Any) -> None:
    """Keep what was entered; what went wrong before is no longer said."""
    problems.clear()
    st.session_state[_FORM] = replace(_form(), **entered)
