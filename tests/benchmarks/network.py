"""What it costs a run that its network is drawn while it trains: with and without, in turn."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from mlcore import run as runner
from mlcore.config import RunConfig
from mlcore.events import Event
from mlcore.live import Live
from mlcore.runs import RunStore
from mlcore.runs.record.live import ask_picture
from mlcore.trainer import Trainer

__all__ = ["lines"]

_ASKS = 1.0  # seconds between two requests of a page
_RUNS: Mapping[str, Mapping[str, object]] = {
    "Quick start, MNIST": {"train.epochs": 8},
    "Quick start, digits": {"data.name": "digits", "train.epochs": 150},
    "1,024 and 512 units, MNIST": {"model.hidden": (1_024, 512), "train.epochs": 1},
}


@dataclass
class Drawn:
    """The seconds that each look of a run took, pictures among them."""

    seconds: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def noted(self) -> Iterator[None]:
        """Within the block the drawing of runs is timed."""
        draw = Live._draw

        def timed(live: Live, trainer: Trainer) -> None:
            begun = time.perf_counter()
            draw(live, trainer)
            self.seconds.append(time.perf_counter() - begun)

        with mock.patch.object(Live, "_draw", timed):
            yield


def _train(config: RunConfig, *, watched: bool) -> float:
    """Seconds from the first step to the last checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        run = RunStore(Path(folder)).create(config)
        marks: dict[str, float] = {}

        def observe(event: Event) -> None:
            marks[event.kind] = time.perf_counter()

        ended = threading.Event()

        def ask() -> None:
            while not ended.is_set():
                ask_picture(run.path, 0)
                ended.wait(_ASKS)

        page = threading.Thread(target=ask)
        if watched:
            page.start()
        try:
            runner.execute(run, observe=observe)
        finally:
            ended.set()
            if watched:
                page.join()
    return marks["checkpoint"] - marks["started"]


def lines(rounds: int) -> Iterator[str]:
    """The lines of a Markdown table; the ratio is the median over the rounds, round by round."""
    yield (
        "| run | alone, s (median) | watched, s (median) | watched / alone | min to max "
        "| ms a picture |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, changes in _RUNS.items():
        config = RunConfig().with_values({"train.device": "cpu", **changes})
        _train(config.with_values({"train.epochs": 1}), watched=False)
        alone, watched, drawn = [], [], Drawn()
        for number in range(rounds):
            for with_page in (False, True) if number % 2 else (True, False):
                if with_page:
                    with drawn.noted():
                        watched.append(_train(config, watched=True))
                else:
                    alone.append(_train(config, watched=False))
        ratios = [a / b for a, b in zip(watched, alone, strict=True)]
        yield (
            f"| {name} | {statistics.median(alone):.2f} | {statistics.median(watched):.2f} "
            f"| {statistics.median(ratios):.3f} | {min(ratios):.3f} to {max(ratios):.3f} "
            f"| {1_000 * statistics.median(drawn.seconds):.1f} |"
        )
