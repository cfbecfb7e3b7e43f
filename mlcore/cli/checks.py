"""What a command refuses before it makes or changes a run, so that nothing half done stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mlcore.config import RunConfig, check_parallel, data_root
from mlcore.data import find_family, status
from mlcore.errors import RunError, SettingsError
from mlcore.fitting import check_memory, check_sizes
from mlcore.parallel import find_ranks
from mlcore.rules import Value
from mlcore.words import counted

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint

__all__ = ["check_epochs_left", "check_fit", "check_output", "check_readable", "check_start"]


def check_output(*, json: bool, steps: bool) -> None:
    """Refuse an option that would have no effect.

    Raises:
        SettingsError: every step's loss is asked for, but not as JSON.
    """
    if steps and not json:
        raise SettingsError("`--steps` prints every step's loss as JSON: give `--json` too.")


def check_fit(config: RunConfig) -> None:
    """Refuse, before a run is made, settings that do not fit the data set or the machine.

    Raises:
        SettingsError: they leave nothing to train on, need more memory than there is, or a stepper
            that does not work on the device.
        DeviceError: the device is not on this machine, or does not compute in these numbers.
    """
    # This loads torch.
    from mlcore.device import check_dtype, check_stepper, has_gpu_each, memory_of, resolve

    ranks = find_ranks()
    if ranks is not None:  # else the settings themselves were checked
        check_parallel(config)
    device = resolve(config.train.device)
    processes = config.train.processes if ranks is None else ranks.local_size
    if processes > 1:
        has_gpu_each(config, processes)
    else:
        check_stepper(config.train.stepper, device)
    check_dtype(config, device)
    found = status(config.data.name, data_root(config.data))
    check_sizes(config, found.train_images)
    classes = len(find_family(config.data.name).classes)
    images = found.train_images, found.test_images
    check_memory(config, classes, images, memory_of(device))


def check_start(found: Checkpoint, config: RunConfig) -> None:
    """Refuse, before a run is made, settings that do not go with the checkpoint it begins from.

    Raises:
        CheckpointError: they build another model, or the data have another number of classes.
    """
    found.check_model(config.model)
    found.check_classes(find_family(config.data.name))


def check_readable(file: Path | None) -> None:
    """Refuse a damaged checkpoint before a run is asked to continue from it.

    Args:
        file: the checkpoint; None for a run that begins with a new model.

    Raises:
        CheckpointError: it cannot be read.
    """
    if file is not None:
        from mlcore.checkpoint import load  # loads torch

        load(file)


def check_epochs_left(what: str, done: int, given: Mapping[str, Value]) -> None:
    """Refuse to continue a training that has done all its epochs and was given no more.

    Args:
        what: the run or file, as the sentence begins.
        done: epochs.
        given: the settings given, by dotted name.

    Raises:
        RunError: no epoch is left to train.
    """
    wanted = given.get("train.epochs")
    if wanted is None:
        raise RunError(
            "{what} has done all its epochs: say with `--train.epochs` how many it is to have in "
            "all, more than {done}.",
            what=what,
            done=done,
        )
    if isinstance(wanted, int) and wanted <= done:
        raise RunError(
            "{what} has done {epochs}, and `--train.epochs` says how many it is to have in all: "
            "give more than {done}, but got {wanted}.",
            what=what,
            epochs=counted(done, "epoch"),
            done=done,
            wanted=wanted,
        )
