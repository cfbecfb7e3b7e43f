"""Train a run in the foreground of a shell, and tell how it ended."""

from __future__ import annotations

import contextlib
import sys

from mlcore.cli.layout import percent
from mlcore.cli.main import BAD_INPUT, FAILED, INTERRUPTED
from mlcore.cli.progress import JsonLines, People
from mlcore.commands import Stop
from mlcore.events import Event, Failed, Finished, Started, Stopped
from mlcore.runs import RunFolder, send

__all__ = ["follow"]


class Observer:
    """Hands events on; when nobody reads them any more, stops the run and keeps it whole."""

    def __init__(self, folder: RunFolder, reporter: JsonLines | People) -> None:
        self.started = False
        self.broken: BrokenPipeError | None = None
        self._folder, self._reporter = folder, reporter

    def __call__(self, event: Event) -> None:
        """Report an event; never raises for a reader that is gone."""
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
    from mlcore.run import execute  # loads torch

    reporter = JsonLines(folder, steps=steps) if as_json else People(folder)
    observer = Observer(folder, reporter)
    try:
        outcome = execute(folder, observe=observer)
    finally:
        if isinstance(reporter, People):
            with contextlib.suppress(OSError):
                reporter.line.clear()
    if observer.broken:
        raise observer.broken
    if isinstance(outcome, Finished):
        return 0 if as_json else _praise(folder, outcome)
    if isinstance(outcome, Failed):
        print(f"mlcore: {outcome.message}", file=sys.stderr)
        return FAILED if observer.started else BAD_INPUT
    assert isinstance(outcome, Stopped)
    words = f"stopped at step {outcome.step:,}; go on with `mlcore resume {folder.id}`"
    print(words, file=sys.stderr if as_json else sys.stdout)
    return INTERRUPTED if outcome.reason == "shutdown" else 0


def _praise(folder: RunFolder, outcome: Finished) -> int:
    early = ", ended early" if outcome.early else ""
    print(
        f"test accuracy {percent(outcome.test_accuracy)}, loss {outcome.test_loss:.4f} "
        f"after {outcome.epoch} epochs ({outcome.seconds:.1f} s{early})"
    )
    print(f"run: {folder.path}")
    print(f"checkpoint: {folder.last_checkpoint()}")
    return 0
