"""The labels of settings, beside their widgets and in sentences about them."""

from __future__ import annotations

import re

from dashboard.words.translation import translated
from mlcore.config import SETTINGS
from mlcore.errors import MlcoreError

__all__ = ["setting_label", "settings_sentence", "with_labels"]

_CODE = re.compile(r"`([a-z_.]+)`")


def setting_label(name: str) -> str:
    """The label of a setting (dotted name): "Learning rate"."""
    return translated(SETTINGS[name].rule.label)


def settings_sentence(error: MlcoreError) -> str:
    """What an error says, in the reader's language, with labels in place of dotted names.

    The names are in back quotes, in the sentence itself or as values; both become labels.
    """
    template = with_labels(translated(error.template))
    values = dict(error.values)
    for key, value in error.values.items():
        if isinstance(value, MlcoreError):
            values[key] = settings_sentence(value)
        elif isinstance(value, str) and value in SETTINGS:
            values[key] = setting_label(value)
            template = template.replace(f"`{{{key}}}`", f"{{{key}}}")
    return template.format(**values) if values else template


def with_labels(text: str) -> str:
    """A text with labels in place of dotted names in back quotes."""

    def label(match: re.Match[str]) -> str:
        return setting_label(match[1]) if match[1] in SETTINGS else match[0]

    return _CODE.sub(label, text)
