"""Which settings may change while a run trains, and when one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcore.config import EDITABLE, RunConfig, find_setting
from mlcore.errors import SettingsError
from mlcore.rules import list_words

__all__ = ["edited"]


def edited(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    """The settings after an edit.

    Raises:
        SettingsError: a name is unknown or fixed while a run trains, or a value is refused.
    """
    for name in changes:
        find_setting(name)
        if name not in EDITABLE:
            raise SettingsError(
                "`{name}` is fixed once a run has started: start a new run for it, or change "
                "{editable}.",
                name=name,
                editable=list_words(EDITABLE, "or"),
            )
    return config.with_values(changes)
