"""Train a run in the foreground of a shell, and report how it ended."""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from mlcore.cli.main import BAD_INPUT, FAILED, INTERRUPTED
from mlcore.cli.progress import JsonLines, ProgressLines
from mlcore.commands import Stop
from mlcore.config import RunConfig, data_root
from mlcore.data import CATALOG, RawData, load_raw
from mlcore.errors import RunError
from mlcore.events import Event, Failed, Finished, Started, Stopped
from mlcore.insight.intervals import accuracy_interval
from mlcore.parallel import Ranks, find_ranks
from mlcore.runs import RunFolder, send
from mlcore.runs.active.active_runs import actual_device, threads_used
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.threads import cores, required_threads, threads_left
from mlcore.runs.record.recorder import cancel_start
from mlcore.runs.record.worker import read_worker
from mlcore.signals import ignore_signals
from mlcore.trackers.catalog import TRACKERS, tracked_at
from mlcore.words import counted, percent, share_range

__all__ = ["follow"]


class Observer:
    """Passes events on; stops the run, with a checkpoint, when standard output is closed."""

    def __init__(self, folder: RunFolder, reporter: JsonLines | ProgressLines) -> None:
        self.started = False
        self.broken: BrokenPipeError | None = None
        self._folder, self._reporter = folder, reporter

    def __call__(self, event: Event) -> None:
        """Report an event; never raises because standard output is closed."""
        self.started |= isinstance(event, Started)
        if self.broken:
            return
        try:
            self._reporter(event)
        except BrokenPipeError as error:
            self.broken = error
            send(self._folder, Stop(reason="shutdown"))


def follow(folder: RunFolder, *, as_json: bool, steps: bool) -> int:
    """Train the run in `folder` to its end in this process.

    Returns:
        The exit status: 0 when it finished, or was stopped from elsewhere; 130 when Ctrl-C
        stopped it; 2 when its settings did not fit; 1 when it failed while training.

    Raises:
        MlcoreError: another process trains it, or its folder cannot be written.
        BrokenPipeError: standard output was closed; the run was stopped with a checkpoint.
    """
    reporter = JsonLines(folder, steps=steps) if as_json else ProgressLines(folder)
    observer = Observer(folder, reporter)
    try:
        outcome = _train(folder, observer, find_ranks())
    except BaseException as error:
        begun = isinstance(error, RunError) and _is_ours(folder)
        with contextlib.suppress(RunError):  # it must not start elsewhere later
            cancel_start(folder)
        if not begun:
            raise
        print(f"mlcore: {error}", file=sys.stderr)
        return FAILED
    finally:
        if isinstance(reporter, ProgressLines):
            with contextlib.suppress(OSError):
                reporter.line.clear()
    if observer.broken:
        raise observer.broken
    if isinstance(outcome, Finished):
        return 0 if as_json else _print_result(folder, outcome)
    if isinstance(outcome, Failed):
        print(f"mlcore: {outcome.message}", file=sys.stderr)
        return FAILED if observer.started else BAD_INPUT
    assert isinstance(outcome, Stopped)
    words = f"stopped at step {outcome.step:,}; continue it with `mlcore resume {folder.id}`"
    print(words, file=sys.stderr if as_json else sys.stdout)
    return INTERRUPTED if outcome.reason == "shutdown" else 0


def _is_ours(folder: RunFolder) -> bool:
    """Whether this process has begun to train the run, so that what ends it is no bad input."""
    worker = read_worker(folder.path)
    return worker is not None and worker.alive and worker.pid == os.getpid()


def _train(folder: RunFolder, observer: Observer, ranks: Ranks | None) -> Event:
    data = folder.config.data
    with ThreadPoolExecutor(1) as pool:  # reads while torch is loaded, which takes seconds
        raw = [pool.submit(load_raw, data.name, data_root(data))]

        from mlcore.run import execute  # loads torch

        def read(_config: RunConfig) -> RawData:
            return raw.pop().result()  # kept no longer than the run needs it

        if ranks is None:
            return execute(folder, observe=observer, threads=_threads(folder), read=read)

        from mlcore.parallel.crew import leading

        with leading(ranks) as crew:  # each process has its share of the threads, by `torchrun`
            ignore_signals()  # but while it trains: what ended it is said, though others go too
            return execute(folder, observe=observer, read=read, crew=crew)


def _threads(folder: RunFolder) -> int:
    """CPU threads of the run; 0: torch's own choice. Says so where other runs leave it fewer."""
    from mlcore.device import available  # loads torch

    auto = available()[0]["device"]
    if actual_device(folder.config.train.device, auto) != "cpu":
        return 0
    if (required := required_threads(folder)) is not None:
        return required
    active = RunQueue(folder.path.parent).snapshot().active
    others = [other for other in active if other.run != folder.id]
    threads = threads_left(threads_used(others, auto))
    if threads:
        words = f"{threads} of {counted(cores(), 'CPU thread')}"
        print(f"mlcore: this run takes {words}: others train at the same time.", file=sys.stderr)
    return threads


def _print_result(folder: RunFolder, outcome: Finished) -> int:
    early = ", ended early" if outcome.early else ""
    images = CATALOG[folder.config.data.name].test_images
    print(
        f"test accuracy {percent(outcome.test_accuracy)} (95 % interval: "
        f"{share_range(*accuracy_interval(outcome.test_accuracy, images))}), "
        f"loss {outcome.test_loss:.4f} "
        f"after {counted(outcome.epoch, 'epoch')} ({outcome.seconds:.1f} s{early})"
    )
    print(f"run: {folder.path}")
    print(f"checkpoint: {folder.last_checkpoint()}")
    for name in filter(TRACKERS.__contains__, folder.meta["track"]):
        print(f"{TRACKERS[name].title}: {tracked_at(name, folder.path)}")
    return 0
