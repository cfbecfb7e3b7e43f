"""What several processes cannot compute as one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlcore.errors import SettingsError

if TYPE_CHECKING:
    from mlcore.config.run import RunConfig

__all__ = ["check_parallel"]


def check_parallel(config: RunConfig) -> None:
    """Refuse what several processes cannot compute as one does.

    Raises:
        SettingsError: a layer needs the whole batch, or one device is asked for.
    """
    if config.model.batch_norm:
        raise SettingsError(
            "`model.batch_norm` takes its figures from a whole batch, of which each process of a "
            "data-parallel run has a part: turn it off, or train in one process."
        )
    if config.train.device not in ("auto", "cpu", "cuda"):
        raise SettingsError(
            "`train.device` must be auto, cpu or cuda where several processes train, as each has "
            "a device of its own, but got {device!r}.",
            device=config.train.device,
        )
