"""Which of several processes this one is, as the environment says it; no torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcore.errors import SettingsError

__all__ = ["MEETING", "Ranks", "find_ranks"]

MEETING = "MLCORE_MEETING"
"""Variable that names `Ranks.meeting` to the processes that a run has started itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """The processes of a training, and which of them this one is.

    Attributes:
        rank: number of this process, from 0; that one leads.
        size: how many there are.
        local_rank: number of this process on its machine.
        local_size: how many there are on its machine.
        meeting: file by which they find each other, all on one machine; empty: by an address, as
            `torchrun` says it.
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    meeting: str = ""

    @property
    def leads(self) -> bool:
        """Whether this process has the run's folder."""
        return self.rank == 0

    @property
    def on_one_machine(self) -> bool:
        """Whether all of them are on this machine."""
        return self.local_size == self.size

    def sign_of(self, rank: int) -> Path:
        """The file beside the meeting that says: this process is about to connect."""
        return Path(f"{self.meeting}-{rank}")

    def part(self, count: int) -> slice:
        """Which of so many images of a batch are this process's; perhaps none."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)


def find_ranks(environment: Mapping[str, str] = os.environ) -> Ranks | None:
    """What `torchrun`, or the process that leads, has said of this one; None: nothing was said.

    Raises:
        SettingsError: the variables do not go together.
    """
    meeting = environment.get(MEETING, "")
    addressed = bool(meeting) or "MASTER_ADDR" in environment
    if not addressed or not {"RANK", "WORLD_SIZE"} <= set(environment):
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
    return Ranks(rank=rank, size=size, local_rank=local[0], local_size=local[1], meeting=meeting)


def _wrong(values: Mapping[str, str]) -> SettingsError:
    said = ", ".join(f"{name}={value}" for name, value in values.items())
    return SettingsError(
        "The environment says {said}, which are no numbers of processes: start them with "
        "`torchrun --nproc-per-node N -m mlcore train`.",
        said=said,
    )
