"""Whether settings fit the images there are, and the memory of the machine; known before a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil

from mlcore.config import PIXELS, OptimConfig, RunConfig
from mlcore.errors import SettingsError
from mlcore.summary import FLOAT_BYTES, summarize
from mlcore.words import file_size

__all__ = [
    "check_batches",
    "check_held_out",
    "check_memory",
    "check_sizes",
    "machine_memory",
    "may_be_elsewhere",
    "memory_needed",
]

_CGROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = 2**62
_LEAST = 0.6  # of the estimate; every training that was measured took more
_DRIVER = Path("/dev/nvidiactl")


def check_sizes(config: RunConfig, images: int) -> None:
    """Refuse settings that leave no image, or no batch, to train on.

    Args:
        config: settings to check.
        images: images of the training set, before any is held out.

    Raises:
        SettingsError: they do not fit; the sentence says what would.
    """
    count = min(config.data.train_limit or images, images)
    check_held_out(config.data.validation, count)
    check_batches(config, count - config.data.validation)


def check_held_out(validation: int, images: int) -> None:
    """Refuse to hold out all images.

    Raises:
        SettingsError: none of `images` would be left to train on.
    """
    if validation >= images:
        raise SettingsError(
            "`data.validation` must leave images to train on, but got {held_out:,} of {images:,}: "
            "hold out fewer.",
            held_out=validation,
            images=images,
        )


def check_batches(config: RunConfig, images: int, left: int | None = None) -> None:
    """Refuse batches that give no step, or that batch norm cannot take.

    Args:
        config: settings to check.
        images: images in the training set.
        left: images left in the current epoch, if one has begun: then only the batch size can
            still be changed.

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
    if size == 1:
        raise SettingsError(
            "`data.batch_size` must be 2 or more where `model.batch_norm` is on, which needs two "
            "images or more in every batch, but got 1: take larger batches, or turn batch norm off."
        )
    if images == 1:
        raise SettingsError(
            "`model.batch_norm` needs two images or more in every batch, but one image is all "
            "there is to train on: train on more images, or turn batch norm off."
        )
    for count in (images, left or 0):
        if count % size == 1 and not drop_last:
            raise _single_image(count, size, running=left is not None)


def _single_image(count: int, size: int, *, running: bool) -> SettingsError:
    if running:
        return SettingsError(
            "`model.batch_norm` needs two images or more in every batch, but got one of 1 from "
            "{count} images in batches of {size}: choose another `data.batch_size`.",
            count=count,
            size=size,
        )
    return SettingsError(
        "`model.batch_norm` needs two images or more in every batch, but got one of 1 from "
        "{count} images in batches of {size}: turn `data.drop_last` on or choose another "
        "`data.batch_size`.",
        count=count,
        size=size,
    )


def check_memory(
    config: RunConfig, classes: int, images: tuple[int, int], limit: int | None = None
) -> None:
    """Refuse what the memory cannot hold.

    Args:
        config: settings to check.
        classes: outputs of the model.
        images: of the training set and of the test set.
        limit: bytes of the device; None: of this machine.

    Raises:
        SettingsError: they need more; the sentence holds the estimate.
    """
    limit = machine_memory() if limit is None else limit
    model, batch, data = memory_needed(config, classes, images)
    needed = model + batch + data
    if needed * _LEAST <= limit:
        return
    values = {"needed": file_size(needed), "limit": file_size(limit)}
    if model >= max(batch, data):
        raise SettingsError(
            "`model.hidden` must be fewer or narrower layers: training these takes about {needed} "
            "of memory, and there are {limit}.",
            **values,
        )
    if batch >= data:
        raise SettingsError(
            "`data.batch_size` must be smaller: training takes about {needed} of memory with it, "
            "and there are {limit}.",
            **values,
        )
    raise SettingsError(
        "`data.train_limit` must be lower, or `data.store` uint8: training takes about {needed} "
        "of memory, and there are {limit}.",
        **values,
    )


def memory_needed(config: RunConfig, classes: int, images: tuple[int, int]) -> tuple[int, int, int]:
    """Bytes that a training takes beyond torch itself: for the model, its batches, the data.

    Measured on the CPU with weights of 57 to 80 MB, eight settings: 0.65 to 1.3 times this. An
    update holds gradients and state of the optimizer, and often as much again while it computes
    and is saved.

    Args:
        config: the settings.
        classes: outputs of the model.
        images: of the training set and of the test set.
    """
    parameters = summarize(config.model, classes).parameters
    size = FLOAT_BYTES[config.train.dtype]
    model = size * parameters * (1 + 2 * (1 + _states(config.optim)))
    extra = 1.5 * bool(config.model.dropout) + 1.5 * config.model.batch_norm
    units = config.data.batch_size * (PIXELS + sum(config.model.hidden))
    train, test = images
    used = min(config.data.train_limit or train, train)
    floats = FLOAT_BYTES["float32"] if config.data.store == "float32" else 1
    data = PIXELS * (train + test + floats * used)
    return model, int(size * units * (3 + extra)), data


def machine_memory() -> int:
    """Bytes that this process may have: of the machine, or of the container it runs in."""
    return min(int(psutil.virtual_memory().total), *_container_limits(), _NO_LIMIT)


def _container_limits() -> Iterator[int]:
    """What control groups allow: those of this process and all above it."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        return
    for line in lines:
        _, controllers, own = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        root = _CGROUPS / controllers  # v2 has no controllers in this file, v1 one folder each
        file = "memory.limit_in_bytes" if controllers else "memory.max"
        below = root / own.lstrip("/")
        for folder in (below, *below.parents):
            try:
                text = (folder / file).read_text(encoding="utf-8").strip()
            except OSError:  # not ours to see, as in most containers
                text = ""
            if text.isdecimal():
                yield int(text)
            if folder == root:
                break


def _states(optim: OptimConfig) -> int:
    """Numbers that the optimizer keeps for each weight."""
    match optim.name:
        case "sgd":
            return int(optim.momentum > 0)
        case "rmsprop":
            return 1 + (optim.momentum > 0) + optim.centered
        case "adagrad":
            return 1
    return 2 + optim.amsgrad


def may_be_elsewhere(device: str) -> bool:
    """Whether a device of the settings may be a GPU with a memory of its own, as torch knows."""
    return device.startswith("cuda") or (device == "auto" and _DRIVER.exists())
