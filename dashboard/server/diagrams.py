"""Drawings of networks that all sessions share: live ones, and those that short jobs make.

Nothing here waits: what is not there yet is asked for, and found by a later call.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard import server
from dashboard.server import data_sets
from dashboard.server.contents import content_of
from dashboard.server.insights import Model
from mlcore.config import RunConfig, data_root
from mlcore.errors import MlcoreError
from mlcore.insight.diagram import Diagram
from mlcore.jobs import Job
from mlcore.runs.record.live import ask_picture, picture_time, read_picture

__all__ = ["Asked", "asked", "live", "of_checkpoint", "untrained"]

_MOST = 24  # drawings kept, 50 to 200 KB each
_AGAIN = 30.0  # seconds after which a job that failed is asked for again: its process may have died


class _Failure(NamedTuple):
    error: MlcoreError
    seen: float


class Asked:
    """Short jobs that were asked for, and what they drew; safe from any thread.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[Hashable, Job | Diagram | _Failure] = OrderedDict()

    def get(self, key: Hashable, ask: Callable[[], Job]) -> Diagram | None:
        """What was drawn under this key; None while the job is at work.

        Raises:
            MlcoreError: the job failed; it is asked for again after half a minute.
        """
        with self._lock:
            held = self._jobs.pop(key, None)
            if isinstance(held, _Failure) and self._clock() - held.seen >= _AGAIN:
                held = None
            if held is None:
                held = ask()
            if isinstance(held, Job):
                held = self._answer(held)
            self._jobs[key] = held
            while len(self._jobs) > _MOST:
                self._jobs.popitem(last=False)
        if isinstance(held, _Failure):
            raise held.error
        return held if isinstance(held, Diagram) else None

    def _answer(self, job: Job) -> Job | Diagram | _Failure:
        try:
            told = job.poll()
        except MlcoreError as error:
            return _Failure(error, self._clock())
        if told is None:
            return job
        return Diagram.from_json(told.get("diagram") or told["diagrams"][-1])


@st.cache_resource(show_spinner=False)
def asked() -> Asked:
    """The drawings that all sessions of this server share."""
    return Asked()


def untrained(config: RunConfig, image: int) -> Diagram | None:
    """The network that settings begin with, and its answer to a test image; None: not yet there.

    Raises:
        MlcoreError: the data set cannot be read, or there is no such image.
    """
    data, root = config.data, data_root(config.data)
    about = data.name, str(root), data.mean, data.std, data_sets.changed(data.name, root)
    key = "untrained", about, repr(config.model), config.train.seed, config.train.loss, image
    return asked().get(
        key,
        lambda: server.jobs().submit("untrained", {"config": config.to_json(), "image": image}),
    )


def of_checkpoint(
    model: Model, image: int, units: Sequence[Sequence[int]] | None
) -> Diagram | None:
    """A checkpoint's network and its answer to a test image; None: not yet there.

    Args:
        model: the checkpoint and its data.
        image: number in the test set.
        units: which units to draw; None: the strongest.

    Raises:
        MlcoreError: the file is gone or refused, or the data set cannot be read.
    """
    shown = None if units is None else [list(one) for one in units]
    request = model.request() | {
        "checkpoints": [str(model.checkpoint)],
        "image": image,
        "units": shown,
    }
    changed = data_sets.changed(model.data, model.root)
    key = "checkpoint", repr(request), content_of(model.checkpoint), changed
    return asked().get(key, lambda: server.jobs().submit("diagrams", request))


def live(run: Path, image: int, classes: int, *, ask: bool) -> Diagram | None:
    """The last picture that a run's worker drew with this image; None where there is none.

    Args:
        run: the run's folder.
        image: number in the test set.
        classes: of the run's data set; a picture with another number of them is not its own.
        ask: ask the worker to go on drawing.
    """
    if ask:
        ask_picture(run, image)
    found = _picture(run, picture_time(run))
    if found is None or found.layers[-1].width != classes or found.reaction(image) is None:
        return None
    return found


@functools.lru_cache(maxsize=16)
def _picture(run: Path, changed: int) -> Diagram | None:
    if not changed:
        return None
    record: dict[str, Any] | None = read_picture(run)
    try:
        return None if record is None else Diagram.from_json(record)
    except ValueError:
        return None
