"""What a person or a program reads while a run trains."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from mlcore.cli.layout import LiveLine, print_json
from mlcore.events import (
    EditRefused,
    EpochDone,
    Event,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Started,
    StepsDone,
    Stopped,
    TrackerFailed,
    to_json,
)
from mlcore.runs import RunFolder, RunLength
from mlcore.words import counted, duration, percent

__all__ = ["JsonLines", "ProgressLines"]

_BAR = 20  # characters
_SHOWN = 0.1  # seconds between two redraws


@dataclass
class JsonLines:
    """One JSON object a line on standard output, each line at once."""

    run: RunFolder
    steps: bool = False  # also every step's loss

    def __call__(self, event: Event) -> None:
        """Print an event."""
        if isinstance(event, StepsDone) and not self.steps:
            return
        record = to_json(event)
        if isinstance(event, Started | Finished | Stopped | Failed):
            record |= {"run": self.run.id, "folder": str(self.run.path)}
        print_json(record)


@dataclass
class ProgressLines:
    """A line an epoch on standard output, and a live line on a terminal."""

    run: RunFolder
    line: LiveLine = field(default_factory=lambda: LiveLine(sys.stderr))
    length: RunLength = field(default_factory=RunLength)
    accuracy: float | None = None  # of the last validation
    _since: tuple[float, int] = (0.0, 0)  # (seconds, step) from which the pace is taken
    _drawn: float = 0.0

    def __call__(self, event: Event) -> None:
        """Note an event, and print it if a person wants to know."""
        words = self._words(event)
        if words:
            self.line.clear()
            print(words, flush=True)

    def _words(self, event: Event) -> str:
        """The line to print for an event; empty for none."""
        match event:
            case StepsDone():
                self._draw(event)
                return ""
            case Started():
                return self._start(event)
            case EpochDone():
                return self._epoch(event)
            case SettingsEdited(changes=changes):
                self.length = self.length.after(event)
                self._since = (time.monotonic(), event.step)  # its steps take another time
                changed = ", ".join(f"{name} = {value}" for name, value in changes.items())
                return f"from step {event.step + 1:,} on: {changed}"
            case EditRefused(message=message):
                return f"an edit was refused: {message}"
            case TrackerFailed(message=message):
                self.line.clear()
                print(f"mlcore: {message}", file=sys.stderr)
                return ""
            case Paused():
                return f"paused after step {event.step:,}"
        self._since = (time.monotonic(), event.step)  # a pause or a save is not training
        return ""

    def _start(self, event: Started) -> str:
        self.length = self.length.after(event)
        self._since = (time.monotonic(), event.step)
        threads = f", {counted(event.threads, 'thread')}" if event.device == "cpu" else ""
        threads += f", {event.processes} processes" if event.processes > 1 else ""
        resumed = f", continuing after step {event.step:,}" if event.step else ""
        return (
            f"run {self.run.id}: {event.parameters:,} parameters on {event.device}{threads}, "
            f"{event.train_images:,} training images{resumed}"
        )

    def _epoch(self, event: EpochDone) -> str:
        self.accuracy = event.validation_accuracy
        self._since = (time.monotonic(), event.step)
        parts = [
            f"epoch {event.epoch:>{len(str(self.length.epochs))}}/{self.length.epochs}",
            f"loss {event.train_loss:.4f}",
        ]
        if event.validation_loss is not None:
            parts.append(f"validation {event.validation_loss:.4f}")
            parts.append(f"accuracy {percent(event.validation_accuracy)}")
        parts.append(f"{event.images_per_second:,.0f} images/s")
        parts.append(f"{event.seconds:.1f} s")
        return "  ".join(parts)

    def _draw(self, event: StepsDone) -> None:
        """Redraw the live line: epoch, bar, loss, accuracy, pace, time left."""
        now = time.monotonic()
        if not self.line.shown or now - self._drawn < _SHOWN:
            return
        self._drawn = now
        filled = round(self._epoch_share(event) * _BAR)
        parts = [
            f"epoch {event.epoch}/{self.length.epochs}",
            f"[{'#' * filled}{'.' * (_BAR - filled)}]",
            f"loss {sum(event.losses) / len(event.losses):.4f}",
        ]
        if self.accuracy is not None:
            parts.append(f"accuracy {percent(self.accuracy)}")
        since, first = self._since
        if event.step > first and now > since:
            pace = (event.step - first) / (now - since)  # steps/s
            parts.append(f"{pace * self.length.batch_size:,.0f} images/s")
            parts.append(f"{duration((self.length.steps - event.step) / pace)} left")
        self.line.draw("  ".join(parts))

    def _epoch_share(self, event: StepsDone) -> float:
        """How much of the current epoch is done, 0 to 1."""
        per_epoch = self.length.steps_per_epoch
        later = max(0, self.length.epochs - event.epoch) * per_epoch  # steps of the epochs after it
        left = self.length.steps - later - event.step
        return min(1.0, max(0.0, 1 - left / per_epoch))
