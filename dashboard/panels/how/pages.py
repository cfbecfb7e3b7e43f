"""Which chapters stand on which page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.panels.how import data, model, saving, testing, training
from dashboard.panels.how.frame import write_in_address
from mlcore.config import RunConfig

__all__ = ["on_checkpoints_page", "on_data_page", "on_test_page", "on_train_page"]


def on_data_page(config: RunConfig) -> None:
    """The data, with the settings of the sidebar."""
    data.panel(config)
    write_in_address("data")


def on_train_page(config: RunConfig) -> None:
    """Model and training, with the settings of the sidebar."""
    model.panel(config)
    training.panel(config)
    write_in_address("train")


def on_test_page(config: RunConfig, evaluation: Mapping[str, Any]) -> None:
    """The test.

    Args:
        config: of the run that is tested.
        evaluation: what the test gave.
    """
    right = sum(row[index] for index, row in enumerate(evaluation["confusion"]))
    testing.panel(config, right, int(evaluation["images"]))
    write_in_address("test")


def on_checkpoints_page(config: RunConfig) -> None:
    """Saving and loading, with the settings of a run, or of the sidebar before there is one."""
    saving.panel(config)
    write_in_address("checkpoints")
