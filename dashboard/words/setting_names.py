"""The labels of settings, beside their widgets and in sentences about them."""

from __future__ import annotations

import re

from dashboard.words.translation import (
    N_,
    filled,
    inserted,
    translated,
    with_inserted,
)
from mlcore.config import SETTINGS
from mlcore.errors import MlcoreError

__all__ = ["setting_label", "settings_sentence", "short_label", "with_labels"]

_SHORT = {
    "data.batch_size": N_("batch size"),
    "optim.lr": N_("lr"),
    "optim.momentum": N_("momentum"),
    "optim.dampening": N_("dampening"),
    "optim.nesterov": N_("nesterov"),
    "optim.beta1": N_("beta 1"),
    "optim.beta2": N_("beta 2"),
    "optim.alpha": N_("alpha"),
    "optim.lr_decay": N_("lr decay"),
    "optim.eps": N_("epsilon"),
    "optim.weight_decay": N_("weight decay"),
    "optim.schedule": N_("schedule"),
    "optim.step_every": N_("step every"),
    "optim.gamma": N_("gamma"),
    "optim.min_lr": N_("min lr"),
    "optim.warmup": N_("warmup"),
    "optim.plateau_patience": N_("plateau patience"),
    "optim.clip_norm": N_("clip norm"),
    "train.epochs": N_("epochs"),
    "train.patience": N_("patience"),
}
"""Of the settings that an edit can change, where there is little room."""

_CODE = re.compile(r"`([a-z_.]+)`")


def setting_label(name: str) -> str:
    """The label of a setting (dotted name): "Learning rate"."""
    return translated(SETTINGS[name].rule.label)


def short_label(name: str) -> str:
    """A setting that an edit can change, in short: "lr", "batch size"."""
    return translated(_SHORT.get(name, name))


def settings_sentence(error: MlcoreError) -> str:
    """What an error says, in the reader's language, with labels in place of dotted names.

    The names are in back quotes, in the sentence itself or as values; both become labels.
    """
    template = translated(error.template)
    values = dict(error.values)
    for key, value in error.values.items():
        if isinstance(value, MlcoreError):
            values[key] = settings_sentence(value)
        elif isinstance(value, str) and value in SETTINGS:
            values[key] = setting_label(value)
            template = template.replace(f"`{{{key}}}`", f"{{{key}}}")
    return with_labels(filled(template, values))


def with_labels(text: str) -> str:
    """A text with labels in place of dotted names in back quotes."""

    def label(match: re.Match[str]) -> str:
        return inserted(setting_label(match[1])) if match[1] in SETTINGS else match[0]

    return with_inserted(_CODE.sub(label, text))
