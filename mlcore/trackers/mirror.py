"""What a tracker's process does: read the run's history as it grows, and pass it on.

It is told by the end of its standard input that the run is over, also where the run's process was
killed. It says on standard output, in JSON lines, how many epochs were delivered and what is wrong.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mlcore.errors import RunError
from mlcore.events import EpochDone
from mlcore.runs import RunFolder
from mlcore.runs.record.event_log import read_event
from mlcore.runs.record.lines import Line, LineReader
from mlcore.trackers.writer import TimedEvent, Writer

__all__ = ["main", "mirror"]

_PAUSE = 0.25  # seconds between two looks at the history
_LONGEST_PAUSE = 5.0  # seconds before the next try, where the tracker takes nothing
_PIECE = 2**18  # bytes of the history in memory
_LATEST = 70  # seconds after the run's end in which this process is gone, whatever hangs
_GIVE_UP = 3.0  # seconds after the run's end in which a tracker that takes nothing is tried again
_NICE = 10  # the run's threads come first


def main(arguments: Sequence[str]) -> int:
    """Mirror the run in a folder to a tracker, from a byte of its history on."""
    path, name, offset = arguments
    os.nice(_NICE)
    folder = RunFolder(Path(path))
    mirror(_writer(name, folder), LineReader(folder.events_path, int(offset)))
    return 0


def mirror(writer: Writer, log: LineReader) -> None:
    """Deliver what is in the log, and what is added to it, until standard input ends."""
    pending: list[TimedEvent] = []
    pause, over, until, delivered = _PAUSE, False, float("inf"), 0
    while True:
        if not over and _is_over(pause if pending or not log.behind else 0.0):
            over, until = True, time.monotonic() + _GIVE_UP
            signal.alarm(_LATEST)
        try:
            pending = pending or _read(log)
            if pending:
                writer.write(pending)
                delivered += sum(isinstance(event, EpochDone) for event, _ in pending)
                pending, pause = [], _PAUSE
                _tell({"delivered": delivered})
            elif over:
                writer.end()
                _tell({"ended": True})
                return
        except Exception as error:  # noqa: BLE001 (any fault of a tracker is one to be reported)
            _tell({"trouble": _reason(error)})
            if time.monotonic() > until:
                return
            pause = min(2 * pause, _LONGEST_PAUSE)
            if over:
                time.sleep(_PAUSE)


def _writer(name: str, folder: RunFolder) -> Writer:
    """The one of this name; only its own packages are imported."""
    if name == "tensorboard":
        from mlcore.trackers.tensorboard import TensorBoardWriter

        return TensorBoardWriter(folder)
    from mlcore.trackers.mlflow import MlflowWriter

    return MlflowWriter(folder)


def _read(log: LineReader) -> list[TimedEvent]:
    try:
        _, lines = log.read(_PIECE)
    except RunError:  # its folder was deleted: nothing more will come
        return []
    return [timed for line in lines if (timed := _timed(line))]


def _timed(line: Line) -> TimedEvent | None:
    when = line.record.get("time")
    try:
        event = read_event(line.record)
    except ValueError:
        return None
    if event is None:
        return None
    return TimedEvent(event, when if isinstance(when, float) else 0.0)


def _is_over(seconds: float) -> bool:
    """Wait so long for the end of standard input; whether it has come."""
    ready, _, _ = select.select([0], [], [], seconds)
    return bool(ready) and not os.read(0, 4096)


def _tell(record: dict[str, object]) -> None:
    try:
        os.write(1, json.dumps(record).encode() + b"\n")
    except BrokenPipeError:  # the run's process is gone
        return


def _reason(error: Exception) -> str:
    """Why, in a line: the innermost reason that a request failed for, and not all of its layers."""
    layers: list[object] = [error]
    while isinstance(layer := layers[-1], Exception):
        layers.append(layer.__cause__ or layer.__context__ or (layer.args or [None])[-1])
    named = (layer for layer in reversed(layers) if isinstance(layer, Exception) and str(layer))
    error = next(named, error)
    text = " ".join((getattr(error, "strerror", None) or str(error)).split())
    return (text or type(error).__name__)[:200].rstrip(".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
