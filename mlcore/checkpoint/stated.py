"""What a file states about itself: its settings, data set, versions and counts, checked."""

from __future__ import annotations

import math
from typing import Any

from mlcore.checkpoint.format import DATA_KEYS
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import RunConfig
from mlcore.errors import CheckpointError, SettingsError

__all__ = ["read_config", "read_count", "read_data", "read_versions"]


def read_config(value: Any) -> RunConfig:
    """Settings out of a file.

    Raises:
        CheckpointError: they are refused; the sentence says why.
    """
    try:
        return RunConfig.from_json(value)
    except (SettingsError, TypeError, ValueError) as error:
        raise CheckpointError(
            "The settings in the file are refused: {reason}", reason=printable(error, 300)
        ) from None


def read_data(value: Any, outputs: int) -> dict[str, Any] | None:
    """The description of a data set out of a file.

    Raises:
        CheckpointError: it is incomplete, or does not fit a model of `outputs` classes.
    """
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != set(DATA_KEYS):
        raise CheckpointError(
            "The description of the data set must have the keys {keys}: the file is damaged.",
            keys=", ".join(DATA_KEYS),
        )
    classes = value["classes"]
    if not isinstance(classes, list | tuple) or not all(_is_text(name) for name in classes):
        raise CheckpointError("The class names in the file are no list of texts: it is damaged.")
    if len(classes) != outputs:
        raise CheckpointError(
            "The file names {classes} classes, and its model has {outputs} outputs: it is damaged.",
            classes=len(classes),
            outputs=outputs,
        )
    mean, std = value["mean"], value["std"]
    if not (_is_finite(mean) and _is_finite(std)) or std <= 0:
        raise CheckpointError("The mean or std in the file is no proper number: it is damaged.")
    if not _is_text(value["name"]) or not _is_text(value["fingerprint"]):
        raise CheckpointError("The name of the data set in the file is no text: it is damaged.")
    return {**value, "mean": float(mean), "std": float(std), "classes": tuple(classes)}


def read_versions(value: Any) -> dict[str, str]:
    """Versions out of a file.

    Raises:
        CheckpointError: they are no table of texts.
    """
    if not isinstance(value, dict) or len(value) > 16:
        raise CheckpointError("The versions in the file are no table: it is damaged.")
    if not all(_is_text(key) and _is_text(item) for key, item in value.items()):
        raise CheckpointError("The versions in the file are no table of texts: it is damaged.")
    return dict(value)


def read_count(name: str, value: Any) -> int | None:
    """A number of epochs or steps out of a file, or None.

    Raises:
        CheckpointError: it is no whole number from 0 on.
    """
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < 2**53:
        raise CheckpointError(
            "`{name}` in the file must be a whole number, 0 or more, but is {value}: "
            "correct it and save the file again.",
            name=name,
            value=printable(repr(value)),
        )
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= limits.TEXT


def _is_finite(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
