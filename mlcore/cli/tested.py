"""What a command needs to test a checkpoint: its file, its data set, how images are prepared."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlcore.checkpoint.untrusted.source import noting_file
from mlcore.cli.common import named_checkpoint
from mlcore.cli.files import bring_data, data_root_of, data_values
from mlcore.cli.foreign import assumptions, best_of_usual, check_said
from mlcore.config import DataConfig, data_root
from mlcore.rules import Value

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint
    from mlcore.data import RawData
    from mlcore.insight.answers import Answers
    from mlcore.testing import Trials

__all__ = ["Tested", "answers", "open_tested", "same_data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A checkpoint and the images to test it on.

    Attributes:
        path: its file.
        found: what is in it, with what was said or tried.
        config: the data set.
        raw: its images.
        trials: the normalisations that were tried; None where it is known.
    """

    path: Path
    found: Checkpoint
    config: DataConfig
    raw: RawData
    trials: Trials | None


def open_tested(
    command: str,
    target: str,
    runs: str,
    given: Mapping[str, Value],
    said: Mapping[str, Any],
) -> Tested:
    """Read a checkpoint and the data set to test it on, which is its own unless another is given.

    Args:
        command: its name, for sentences.
        target: file, or run, whose last checkpoint is taken.
        runs: folder of the runs.
        given: the settings given, by dotted name.
        said: what a person says of the file.

    Raises:
        MlcoreError: there is no such checkpoint, it is refused, or its data cannot be had.
    """
    path = named_checkpoint(command, target, runs)

    from mlcore.checkpoint import load  # loads torch
    from mlcore.data import load_raw
    from mlcore.testing import data_config

    with noting_file(path):
        found = load(path)
        check_said(found, given)
        found = found.assuming(said)
        found.check_certain()
        chosen = data_root_of(target, runs) | data_values(given)
        config = data_config(found, chosen)
        bring_data(config, given)
        raw = load_raw(config.name, data_root(config))
        found, trials = best_of_usual(found, config, given, raw)
        config = data_config(found, chosen)
    return Tested(path=path, found=found, config=config, raw=raw, trials=trials)


def same_data(first: Tested, target: str, runs: str) -> dict[str, Value]:
    """The settings with which another is tested on the data set of the first.

    Args:
        first: it.
        target: what a person wrote for it.
        runs: folder of the runs.
    """
    root = {f"data.{key}": value for key, value in data_root_of(target, runs).items()}
    return {"data.name": first.config.name, **root}


def answers(tested: Tested, given: Mapping[str, Value]) -> Answers:
    """What a checkpoint answers on the test images; what is assumed of it is said aloud."""
    from mlcore.device import resolve  # loads torch
    from mlcore.insight.forward import answers_on_test

    for sentence in assumptions(tested.found):
        print(f"mlcore: {tested.path.name}: {sentence}", file=sys.stderr)
    device = resolve(str(given.get("train.device", "auto")))
    with noting_file(tested.path):
        return answers_on_test(tested.found, tested.config, device=device, raw=tested.raw)
