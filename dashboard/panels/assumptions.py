"""What an uploaded file does not say: a person's word for it, and what is assumed without it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import show
from dashboard.panels.evaluation import normalisations
from dashboard.server import data_sets
from dashboard.server.evaluations import tried
from dashboard.session.uploads import Upload
from dashboard.settings import form
from dashboard.words.choices import choice_name
from dashboard.words.setting_names import setting_label, settings_sentence
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown, refusal, sentences
from mlcore import errors
from mlcore.checkpoint.suggest import data_sets_for
from mlcore.config import SETTINGS, DataConfig, data_root
from mlcore.config.model import Activation
from mlcore.errors import MlcoreError, SettingsError
from mlcore.rules import Value
from mlcore.words import as_text

__all__ = ["ask", "why_unusable"]

_ASKED = ("Activation", "Normalisation")  # how notices begin that have fields of their own


def ask(upload: Upload) -> None:
    """Fields for what the file does not say; what is assumed beyond them is told.

    Args:
        upload: its `assumed` follows the fields, and `refused` holds what was typed and means
            no number.
    """
    found = upload.inspection
    ask_activation = bool(found["hidden"]) and not found["activation_known"]
    ask_normalisation = found["data"] is None and not found["normalisation_named"]
    if ask_activation or ask_normalisation:
        st.markdown(_("**The file does not say:**"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if ask_activation:
                _activation(upload)
            if ask_normalisation:
                _normalisation(upload)
        if reason := why_unusable(upload):
            st.markdown(refusal(reason))
        if ask_normalisation and upload.trials:
            normalisations(upload.trials)
    notices = map(errors.from_json, found["assumed"])
    told = [one for one in notices if one.template.partition(" ")[0] not in _ASKED]
    if told:
        words = sentences(*map(sentence, told))
        st.caption(as_markdown(_("Assumed: {assumptions}", assumptions=words)))


def why_unusable(upload: Upload) -> str:
    """Why the file, or what was typed of it, cannot be used, in a sentence; empty where it can."""
    doubt = upload.inspection["doubt"]
    if doubt and "activation" not in upload.assumed:
        return settings_sentence(errors.from_json(doubt))
    for name, text in upload.refused.items():
        try:
            form.read(SETTINGS[f"data.{name}"], text)
        except SettingsError as error:
            return settings_sentence(error)
    return ""


def _activation(upload: Upload) -> None:
    """A list that begins at what is assumed; at nothing where the file has another activation."""
    options, found = list(get_args(Activation)), upload.inspection
    usual = None if found["doubt"] else found["activation"]
    shown = upload.assumed.get("activation", usual)
    chosen = st.selectbox(
        _("Activation"),
        options,
        index=options.index(shown) if shown else None,
        placeholder=_("Choose"),
        format_func=choice_name,
        key=f"assume-activation-{upload.path.stem}",
        width=160,
        help=_("The function after each hidden layer of the model in the file."),
    )
    if chosen:
        upload.assumed["activation"] = chosen
    else:
        upload.assumed.pop("activation", None)


def _normalisation(upload: Upload) -> None:
    """Two fields, which begin at the best of the usual normalisations where they can be tried."""
    upload.trials = _tried(upload)
    best = upload.trials["best"] if upload.trials else {}
    for name in ("mean", "std"):
        setting = SETTINGS[f"data.{name}"]
        value = upload.assumed.setdefault(name, float(best.get(name, setting.default)))
        shown = show(
            f"assume-{name}-{upload.path.stem}",
            upload.refused.get(name, as_text(value)),
            partial(_take, upload, name),
            alike=partial(_means, name, value),
        )
        st.text_input(
            setting_label(setting.name),
            shown.value,
            key=shown.key,
            width=180,
            help=_("How pixels of 0 to 1 were normalised when the model was trained."),
        )


def _take(upload: Upload, name: str, text: str) -> None:
    """Keep what was typed: a number as what is assumed, anything else to say what is wrong."""
    try:
        upload.assumed[name] = form.read(SETTINGS[f"data.{name}"], text)
        upload.refused.pop(name, None)
    except SettingsError:
        upload.refused[name] = text


def _means(name: str, value: Value, text: str) -> bool:
    try:
        return bool(form.read(SETTINGS[f"data.{name}"], text) == value)
    except SettingsError:
        return False


def _tried(upload: Upload) -> Mapping[str, Any] | None:
    """How good the model is with the usual normalisations; None where no images are at hand."""
    fitting = data_sets_for(int(upload.inspection["outputs"]))
    sidebar, config = session.data_name(), session.config()
    if not fitting or (upload.inspection["doubt"] and "activation" not in upload.assumed):
        return None
    data = sidebar if sidebar in fitting else fitting[0]
    root = data_root(config.data if config else DataConfig())
    if not data_sets.source(data, root).usable:
        return None
    try:
        return tried(upload.path, data, root, upload.assumed.get("activation"))
    except MlcoreError:  # the test itself will say why
        return None
