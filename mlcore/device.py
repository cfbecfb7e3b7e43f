"""Which device a run uses, from its name in the settings; torch's number of CPU threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mlcore.config import RunConfig
from mlcore.errors import DeviceError, SettingsError
from mlcore.fitting import machine_memory
from mlcore.rules import list_words

__all__ = [
    "available",
    "check_dtype",
    "check_stepper",
    "has_gpu_each",
    "memory_of",
    "resolve",
    "restored_threads",
]

_STEPPERS = {"written_out": "cpu", "cuda_graph": "cuda"}
"""Stepper → the only kind of device that it works on; the others work on all."""


def available() -> list[dict[str, str]]:
    """The devices of this machine, the fastest first: `{"device": "cuda:0", "name": "…"}`."""
    found = [
        {"device": f"cuda:{number}", "name": torch.cuda.get_device_name(number)}
        for number in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append({"device": "mps", "name": "Apple GPU"})
    return [*found, {"device": "cpu", "name": "CPU"}]


def resolve(device: str) -> torch.device:
    """The device that a setting names: auto is the first CUDA GPU, else an Apple GPU, else the CPU.

    Raises:
        DeviceError: it is not on this machine.
    """
    names = [entry["device"] for entry in available()]
    wanted = {"auto": names[0], "cuda": "cuda:0"}.get(device, device)
    if wanted not in names:
        raise DeviceError(
            '`train.device` asks for "{device}", but this machine has only {names}: choose one '
            "of these, or auto.",
            device=device,
            names=list_words(names),
        )
    return torch.device(wanted)


def has_gpu_each(config: RunConfig, count: int) -> bool:
    """Whether each of so many processes on this machine trains on a GPU; else all on the CPU.

    Raises:
        DeviceError: there are fewer GPUs than processes.
    """
    gpus = torch.cuda.device_count()
    if config.train.device == "cpu" or (config.train.device == "auto" and not gpus):
        return False
    if gpus < count:
        raise DeviceError(
            "{count} processes are to train here, each on a GPU of its own, and this machine has "
            "{gpus} of them: take as many processes as GPUs, or set `train.device` to cpu.",
            count=count,
            gpus=gpus,
        )
    return True


def check_dtype(config: RunConfig, device: torch.device) -> None:
    """Make sure that a device computes in the numbers that the settings ask for.

    Raises:
        DeviceError: it does not.
    """
    if config.train.dtype == "float64" and device.type == "mps":
        raise DeviceError(
            "`train.dtype` asks for float64, which an Apple GPU does not have: set `train.device` "
            "to cpu, or take float32."
        )


def check_stepper(name: str, device: torch.device) -> None:
    """Make sure that a stepper works on a device.

    Raises:
        SettingsError: it does not.
    """
    needed = _STEPPERS.get(name, device.type)
    if needed != device.type:
        raise SettingsError(
            '`train.stepper` "{name}" works on {needed} only, but the run is on {device}: '
            "leave it at auto.",
            name=name,
            needed=needed,
            device=str(device),
        )


def memory_of(device: torch.device) -> int:
    """Bytes of memory that there are for a run on this device."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return machine_memory()


@contextmanager
def restored_threads() -> Iterator[None]:
    """Restore the number of torch's CPU threads after the block, which may change it."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
