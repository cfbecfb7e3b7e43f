"""Which settings may change while a run trains, and when a change is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcore.config import EDITABLE, RunConfig, find_setting
from mlcore.errors import SettingsError
from mlcore.rules import list_words

__all__ = ["check_batches", "edited"]


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


def check_batches(config: RunConfig, images: int, left: int | None = None) -> None:
    """Refuse batches that give no step, or that batch norm cannot take.

    Args:
        config: settings to check.
        images: images in the training set.
        left: images left in the current epoch, if one has begun.

    Raises:
        SettingsError: an epoch has no whole batch, or batch norm would get a single image.
    """
    size, drop_last = config.data.batch_size, config.data.drop_last
    if drop_last and size > images:
        raise SettingsError(
            "`data.batch_size` must be at most {images}, the number of training images, where "
            "`data.drop_last` is on, but got {size}.",
            images=images,
            size=size,
        )
    if not config.model.batch_norm:
        return
    for count in (images, left or 0):
        single = count % size == 1 or (size == 1 and count > 0)
        if single and (size == 1 or not drop_last):
            raise SettingsError(
                "`model.batch_norm` needs two images or more in every batch, but got one of 1 from "
                "{count} images in batches of {size}: turn `data.drop_last` on or choose another "
                "`data.batch_size`.",
                count=count,
                size=size,
            )
