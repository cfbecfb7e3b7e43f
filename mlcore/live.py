"""`Live`: a run draws its network while it trains, only while somebody looks.

Between two steps, about once a second, it looks whether a page asks (`mlcore.runs.record.live`),
and if so writes one small picture. That reads the weights and passes a few images through them; no
number of the run changes by it, which tests hold to the last bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mlcore.data.tensors import Dataset
from mlcore.insight.drawn_network import Units, Weights, diagram_of, drawn_units
from mlcore.runs.record.live import asked_images, write_picture
from mlcore.trainer import Trainer

__all__ = ["PAUSED_SECONDS", "SECONDS", "Live"]

SECONDS = 1.0
"""Between two pictures of a run that trains."""

PAUSED_SECONDS = 0.1
"""Between two looks while it is paused: a single step is drawn at once."""


_SHARE = 0.02  # of a run's time that pictures may take; those of a huge network come less often
_CHOICES = 8  # pictures between two looks at which units are the strongest


class Live:
    """Draws the network of one run for those who ask.

    Which units are drawn is chosen with the first picture; only one that another has become much
    stronger than gives up its place, so that nothing jumps.

    Args:
        run: its folder.
        data: what it trains on; the images are those of the test set.
        clock: seconds that never run backwards.
    """

    def __init__(
        self, run: Path, data: Dataset, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run, self._data, self._clock = run, data, clock
        self._looked = -SECONDS  # when it last looked whether somebody asks
        self._drawn: tuple[int, tuple[int, ...]] | None = None  # step and images of the picture
        self._units: Units | None = None
        self._now: tuple[int, Weights] | None = None  # step and weights of the picture
        self._before: tuple[int, Weights] | None = None  # of the last one of another step
        self._pictures = 0
        self._pause = SECONDS
        self._broken = False

    def poll(self, trainer: Trainer) -> None:
        """Draw, if it is time to and somebody asks; called between steps."""
        now = self._clock()
        pause = PAUSED_SECONDS if trainer.paused else self._pause
        if now - self._looked >= pause and not self._broken:
            self._looked = now
            self._draw(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Draw what the run ends with, if somebody asks."""
        if not self._broken:
            self._draw(trainer)

    def _draw(self, trainer: Trainer) -> None:
        try:
            images = [one for one in asked_images(self._run) if one < len(self._data.test)]
            if not images:
                self._drawn = self._now = self._before = None  # a later picture compares with none
            elif self._drawn != (trainer.step, tuple(images)):
                self._write(trainer, images)
        except Exception:  # noqa: BLE001 (whatever it is, the run is not the worse for it)
            self._broken = True

    def _write(self, trainer: Trainer, images: Sequence[int]) -> None:
        begun = time.thread_time()
        model, step = trainer.model, trainer.step
        units = self._chosen(trainer)
        if self._now is None or self._now[0] != step:
            self._before = self._now
        diagram = diagram_of(model, self._data, images, step=step, units=units, before=self._before)
        self._now = step, diagram.weights
        if diagram.is_finite:
            write_picture(self._run, diagram.to_json())
        self._drawn = step, tuple(images)
        self._pictures += 1
        self._pause = max(SECONDS, (time.thread_time() - begun) / _SHARE)

    def _chosen(self, trainer: Trainer) -> Units:
        """Which units are drawn; from time to time it is seen whether others are stronger."""
        held = self._units
        if held is not None and (trainer.paused or self._pictures % _CHOICES):
            return held
        units = drawn_units(trainer.model, held)
        if units != held:  # what was drawn before are the weights of other units
            self._units, self._now, self._before = units, None, None
        return units
