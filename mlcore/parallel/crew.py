"""What the processes of a training tell each other: process 0 says what to do, all do it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

import torch
import torch.distributed as dist
from torch import Tensor

from mlcore.config import RunConfig
from mlcore.device import has_gpu_each
from mlcore.errors import MlcoreError, RunError
from mlcore.parallel.ranks import Ranks

__all__ = ["Crew", "Word", "joined", "leading"]

Word = Literal["begin", "steps", "epoch", "edit", "meet", "end"]
"""What process 0 says: begin, take steps, end the epoch, use other settings, show up, end."""

_PATIENCE = timedelta(days=365)  # a run may be paused for long; who dies is noticed at once
_CONNECTING = timedelta(minutes=5)
_LOST = ("gloo", "nccl", "connection", "socket", "peer", "timed out", "timeout", "store")


class Crew:
    """The processes of a training, connected.

    Attributes:
        ranks: which of them this one is.
        device: of this process, once `settle` has said it.
        broken: whether something that all do together was not done to its end. Others may have
            done it, and would take the next word for a part of it: nothing may be said any more.
    """

    def __init__(self, ranks: Ranks) -> None:
        self.ranks = ranks
        self.device = torch.device("cpu")
        self.broken = False

    def settle(self, config: RunConfig) -> torch.device:
        """The device of this process: a GPU of its own, or the CPU.

        Raises:
            DeviceError: there are fewer GPUs than processes on this machine.
        """
        if has_gpu_each(config, self.ranks.local_size):
            self.device = torch.device("cuda", self.ranks.local_rank)
            torch.cuda.set_device(self.device)
        return self.device

    def begin(self, config: RunConfig, fingerprint: str, state: Mapping[str, Any] | None) -> None:
        """Tell all others what to train, and wait until they are ready.

        Args:
            config: the settings.
            fingerprint: of the images, which must be the same everywhere.
            state: of the training to continue, if there is one.

        Raises:
            RunError: one of them cannot, or is gone.
        """
        about = {
            "config": config.to_json(),
            "fingerprint": fingerprint,
            "state": None if state is None else dict(state),
            "threads": torch.get_num_threads(),
        }
        self.say("begin", about)
        self.agree(None)

    def say(self, word: Word, value: Any = None) -> None:
        """Tell all others what to do next.

        Raises:
            RunError: one of them is gone.
        """
        with self.watched():
            dist.broadcast_object_list([(word, value)], src=0)

    def hear(self) -> tuple[Word, Any]:
        """What process 0 says next; waits for it.

        Raises:
            RunError: one of them is gone.
        """
        said: list[Any] = [None]
        with self.watched():
            dist.broadcast_object_list(said, src=0)
        word: Word
        word, value = said[0]
        return word, value

    def agree(self, problem: MlcoreError | None) -> None:
        """Wait for all; go on only where none has a problem.

        Raises:
            MlcoreError: the problem of this process.
            RunError: that of another one, or one is gone.
        """
        said: list[str | None] = [None] * self.ranks.size
        with self.watched():
            dist.all_gather_object(said, None if problem is None else str(problem))
        if problem is not None:
            raise problem
        for rank, text in enumerate(said):
            if text is not None:
                raise RunError("Process {rank} cannot train: {problem}", rank=rank, problem=text)

    def meet(self) -> None:
        """Wait until all are here.

        Raises:
            RunError: one of them is gone.
        """
        self.add(torch.zeros(()))

    def add(self, value: Tensor) -> Tensor:
        """The sum of this tensor over all processes, in place.

        Raises:
            RunError: one of them is gone.
        """
        with self.watched():
            dist.all_reduce(value)
        return value

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Within the block, that another process is gone is said in a sentence."""
        try:
            yield
        except BaseException as error:
            self.broken = True
            if not isinstance(error, RuntimeError | OSError):
                raise
            if not any(word in str(error).lower() for word in _LOST):
                raise
            raise RunError(
                "Another process of this data-parallel run has ended, and without it no step can "
                "be done: resume the run."
            ) from error


@contextlib.contextmanager
def joined(ranks: Ranks) -> Iterator[Crew]:
    """Within the block the processes are connected.

    The CPU's and the words go by gloo, what GPUs add up by NCCL.

    Raises:
        RunError: they cannot be connected.
    """
    if ranks.on_one_machine:  # nothing of it is reachable from elsewhere
        loopback = "lo0" if sys.platform == "darwin" else "lo"
        for library in ("GLOO", "NCCL"):
            os.environ.setdefault(f"{library}_SOCKET_IFNAME", loopback)
    crew = Crew(ranks)
    try:
        _connect(ranks)
    except (RuntimeError, ValueError, OSError) as error:
        raise RunError(
            "The {size} processes of the run cannot be connected ({reason}).",
            size=ranks.size,
            reason=str(error).splitlines()[0],
        ) from None
    try:
        yield crew
    finally:
        if dist.is_initialized():
            with contextlib.suppress(RuntimeError, OSError):
                dist.destroy_process_group()


@contextlib.contextmanager
def leading(ranks: Ranks) -> Iterator[Crew]:
    """`joined` for process 0: the others are told when it ends, however that is.

    Raises:
        RunError: they cannot be connected.
    """
    with joined(ranks) as crew:
        try:
            yield crew
        finally:
            if not crew.broken:  # else they find this process gone
                with contextlib.suppress(RunError, RuntimeError, OSError):
                    crew.say("end")


def _connect(ranks: Ranks) -> None:
    """Begin torch's process group of these processes.

    By a file they do so once all are there (`launch` sees to that), and no longer than
    `_CONNECTING`: one that ends in the meantime leaves no other sign.
    """
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    about: dict[str, Any] = {"rank": ranks.rank, "world_size": ranks.size}
    if not ranks.meeting:
        dist.init_process_group(backend, timeout=_PATIENCE, **about)
        return
    if not ranks.leads:
        ranks.sign_of(ranks.rank).touch()
    store = dist.FileStore(ranks.meeting, ranks.size)  # type: ignore[attr-defined]
    dist.init_process_group(backend, store=store, timeout=_CONNECTING, **about)
    set_timeout = getattr(dist, "set_timeout", None)  # in torch 2.6 it had another name
    (set_timeout or dist.distributed_c10d._set_pg_timeout)(_PATIENCE)
