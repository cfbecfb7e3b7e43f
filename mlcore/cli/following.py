"""What the processes of a data-parallel run do that do not lead it: no folder, no output."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlcore.cli.main import FAILED
from mlcore.config import RunConfig, data_root
from mlcore.errors import DataError, MlcoreError
from mlcore.parallel import Ranks
from mlcore.parallel.launch import hold_lifeline
from mlcore.signals import ignore_signals

if TYPE_CHECKING:
    import torch

    from mlcore.data.tensors import Dataset
    from mlcore.parallel.crew import Crew

__all__ = ["follow_run", "train_along"]


def follow_run(ranks: Ranks) -> int:
    """Train what process 0 says, until it ends.

    It ends with process 0, and so it ignores signals once it is connected: process 0 has them too.
    One that process 0 has started itself ends with it from the beginning.

    Returns:
        The exit status: 0, or 1 where this process cannot train or another one is gone.
    """
    if ranks.meeting:
        hold_lifeline(ranks)
        ignore_signals()
    from mlcore.parallel.crew import joined  # loads torch

    try:
        with joined(ranks) as crew:
            ignore_signals()
            word, about = crew.hear()
            if word == "begin":
                train_along(about, crew)
    except MlcoreError as error:
        print(f"mlcore: process {ranks.rank} of {ranks.size}: {error}", file=sys.stderr)
        return FAILED
    return 0


def train_along(about: Mapping[str, Any], crew: Crew) -> None:
    """Train what process 0 begins, until it says that this is the end.

    Raises:
        MlcoreError: this process or another one cannot train, or another one is gone.
    """
    from mlcore.trainer.together import follow
    from mlcore.trainer.training_state import TrainingState

    config, problem = RunConfig.from_json(about["config"]), None
    try:
        device, data = _prepare(config, about, crew)
    except MlcoreError as error:
        problem = error
    crew.agree(problem)
    follow(TrainingState(config, data, device, about["state"], crew), crew)


def _prepare(
    config: RunConfig, about: Mapping[str, Any], crew: Crew
) -> tuple[torch.device, Dataset]:
    """Device and images of this process.

    Raises:
        DataError: they are not there, or not those of process 0.
        DeviceError: there is no device for this process.
    """
    import torch

    from mlcore.data.tensors import load

    torch.set_num_threads(about["threads"])
    device = crew.settle(config)
    data = load(config.data, config.train.seed, device)
    if data.fingerprint != about["fingerprint"]:
        raise DataError(
            "The images of {title} in {folder} are not those of process 0: use the same files on "
            "all machines.",
            title=data.title,
            folder=data_root(config.data),
        )
    return device, data
