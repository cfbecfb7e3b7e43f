"""Which of several processes this one is, as `torchrun` says it in the environment; no torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from mlcore.config import RunConfig
from mlcore.errors import SettingsError

__all__ = ["Ranks", "check_parallel", "find_ranks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """The processes of a training, and which of them this one is.

    Attributes:
        rank: number of this process, from 0; that one leads.
        size: how many there are.
        local_rank: number of this process on its machine.
        local_size: how many there are on its machine.
    """

    rank: int
    size: int
    local_rank: int
    local_size: int

    @property
    def leads(self) -> bool:
        """Whether this process has the run's folder."""
        return self.rank == 0

    @property
    def on_one_machine(self) -> bool:
        """Whether all of them are on this machine."""
        return self.local_size == self.size

    def part(self, count: int) -> slice:
        """Which of so many images of a batch are this process's; perhaps none."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)


def find_ranks(environment: Mapping[str, str] = os.environ) -> Ranks | None:
    """What `torchrun` has said of this process; None where it trains alone.

    Raises:
        SettingsError: the variables do not go together.
    """
    if "MASTER_ADDR" not in environment or not {"RANK", "WORLD_SIZE"} <= set(environment):
        return None
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    values = {name: environment[name] for name in names if name in environment}
    if not all(value.isdecimal() for value in values.values()):
        raise _wrong(values)
    numbers = {name: int(value) for name, value in values.items()}
    rank, size = numbers["RANK"], numbers["WORLD_SIZE"]
    if size == 1:
        return None
    local = numbers.get("LOCAL_RANK", rank), numbers.get("LOCAL_WORLD_SIZE", size)
    if not (rank < size and local[0] < local[1] <= size):
        raise _wrong(values)
    return Ranks(rank=rank, size=size, local_rank=local[0], local_size=local[1])


def _wrong(values: Mapping[str, str]) -> SettingsError:
    said = ", ".join(f"{name}={value}" for name, value in values.items())
    return SettingsError(
        "The environment says {said}, which are no numbers of processes: start them with "
        "`torchrun --nproc-per-node N -m mlcore train`.",
        said=said,
    )


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
