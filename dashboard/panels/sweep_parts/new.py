"""A new sweep: what varies, how it is searched, and the button that starts it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.controls.numbers import NumberField
from dashboard.gaps.widgets import show
from dashboard.server.data_sets import why_not_trainable
from dashboard.server.sweeps import sweeps
from dashboard.session import places, problems
from dashboard.words.setting_names import setting_label, settings_sentence
from dashboard.words.sweeps import OBJECTIVE_NAMES, PRUNER_NAMES, SAMPLER_NAMES
from dashboard.words.translation import N_, _, ngettext, sentence, translated
from dashboard.words.wording import refusal
from mlcore.config import SETTINGS, RunConfig, Setting
from mlcore.data import CATALOG
from mlcore.errors import MlcoreError, SettingsError
from mlcore.export.code.command import flags
from mlcore.sweeps import Sweep
from mlcore.sweeps.dimension import FIXED, parse_dimension
from mlcore.sweeps.starting import USUAL_TRIALS, new_sweep
from mlcore.sweeps.sweep import JOBS, TRIALS
from mlcore.words import as_text

__all__ = ["PARAMETER", "new_sweep_form"]

PARAMETER = "sweep"
"""The parameter of the address that names the sweep that is shown."""

_FORM = "sweep-form"
_USUAL = {
    "optim.lr": "0.001..1:log",
    "data.batch_size": "16,32,64,128",
    "model.hidden": "64|128,64|256,128",
    "optim.name": "sgd,adam",
    "model.dropout": "0,0.2,0.5",
    "optim.momentum": "0,0.5,0.9",
    "optim.weight_decay": "1e-6..1e-2:log",
}
_FIRST = ("optim.lr", "data.batch_size")
_MOST = 8  # settings that vary


@dataclass(frozen=True, slots=True)
class _Form:
    """What a person has entered; it outlives the page."""

    name: str = ""
    varied: tuple[str, ...] = _FIRST
    spaces: tuple[tuple[str, str], ...] = ()  # setting, values as they are typed
    sampler: str = "tpe"
    pruner: str = "none"
    objective: str = "accuracy"

    def values(self, setting: str) -> str:
        """What is typed for a setting, or what is usual."""
        return dict(self.spaces).get(setting, _usual(SETTINGS[setting]))

    @property
    def space(self) -> tuple[str, ...]:
        """Each setting that varies, as `--space` takes it."""
        return tuple(f"{name}={self.values(name)}" for name in self.varied)


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
        _choice("sampler", _("Search"), SAMPLER_NAMES, _SEARCH_HELP, 210)
        _choice("pruner", _("Give up early"), PRUNER_NAMES, _GIVE_UP_HELP, 180)
        _choice("objective", _("Compare by"), OBJECTIVE_NAMES, _COMPARE_HELP, 180)
        if form.sampler != "grid":
            _trials().draw(width=90, help=translated(_TRIALS_HELP))
        _at_once().draw(width=120, help=translated(_AT_ONCE_HELP))
    config = session.config()
    reason = why_not_trainable(config)
    asked = _asked(config)
    if isinstance(asked, Sweep):
        st.caption(_plan(asked))
        st.code(_command(asked), language="bash", wrap_lines=True)
    elif reason is None:
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
        config = _with_validation(config)
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


def _with_validation(config: RunConfig) -> RunConfig:
    """Trials are compared by images that are held out: a tenth, where the sidebar says none."""
    if config.data.validation:
        return config
    images = min(config.data.train_limit or 10**9, CATALOG[config.data.name].train_images)
    return replace(config, data=replace(config.data, validation=max(1, images // 10)))


def _plan(sweep: Sweep) -> str:
    epochs = int(str(sweep.settings["train.epochs"]))
    images = int(str(sweep.settings["data.validation"]))
    return _(
        "{trials} of {epochs}, compared by {images}. In a terminal:",
        trials=ngettext("{n:,} trial", "{n:,} trials", sweep.trials),
        epochs=ngettext("{n:,} epoch", "{n:,} epochs", epochs),
        images=ngettext("{n:,} held-out image", "{n:,} held-out images", images),
    )


def _command(sweep: Sweep) -> str:
    """The same from a shell."""
    words = ["mlcore", "sweep", "start", sweep.name]
    for text in sweep.space.texts:
        words += ["--space", text]
    words += ["--trials", str(sweep.trials), "--sampler", sweep.sampler]
    words += ["--pruner", sweep.pruner, "--objective", sweep.objective, "--jobs", str(sweep.jobs)]
    varied = {one.name for one in sweep.space.dimensions}
    others = {
        name: value
        for name, value in sweep.settings.items()
        if value != SETTINGS[name].default
        and name not in varied
        and SETTINGS[name].applies(dict(sweep.settings))
    }
    return " ".join([*map(shlex.quote, words), *flags(others)])


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


def _varied(form: _Form) -> None:
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


def _values(form: _Form, name: str) -> None:
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
    try:
        parse_dimension(f"{name}={form.values(name)}")
    except SettingsError as error:
        st.markdown(refusal(settings_sentence(error)))


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
    return NumberField(
        "sweep-at-once", _("Trials at once"), server.queue().snapshot().at_once, JOBS
    )


def _names() -> Sequence[str]:
    """The settings that a sweep can vary."""
    return [name for name in SETTINGS if name not in FIXED]


def _usual(setting: Setting) -> str:
    """Values to begin with."""
    if setting.name in _USUAL:
        return _USUAL[setting.name]
    if setting.choices:
        return ",".join(setting.choices)
    if setting.kind is bool:
        return ",".join((as_text(False), as_text(True)))
    value = setting.default
    if not isinstance(value, int | float):
        return ""
    return ",".join(as_text(one) for one in (value, 2 * value, value / 2) if _fits(setting, one))


def _fits(setting: Setting, value: float) -> bool:
    try:
        setting.rule.check(setting.name, value, setting.kind)
    except SettingsError:
        return False
    return True


def _free_name() -> str:
    """The first of sweep-1, sweep-2 and so on that there is not."""
    taken = {name.casefold() for name in sweeps().names()}
    return next(name for n in range(1, 10_000) if (name := f"sweep-{n}") not in taken)


def _form() -> _Form:
    found: _Form = st.session_state.setdefault(_FORM, _Form())
    return found


def _enter(**entered: Any) -> None:
    """Keep what was entered; what went wrong before is no longer said."""
    problems.clear()
    st.session_state[_FORM] = replace(_form(), **entered)
