"""The short job that finds a learning rate and reports its curve while it grows."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from typing import Any

from mlcore.config import RunConfig
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.lr_finder import RangeTest
from mlcore.lr_finder.finding import find
from mlcore.lr_finder.range_test import data_for

__all__ = ["find_rate"]

_INTERVAL = 0.1  # seconds between two reports
_PAUSE = 0.006  # seconds between two steps of the curve, so that a person can watch
_NICE = 10  # a run that trains comes first


def find_rate(request: Mapping[str, Any], job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """A learning rate for the settings "config", with one thread; its progress is the test so far.

    Where it is asked to stop, the result is what it has by then, without an ending.

    Raises:
        MlcoreError: there can be no such run; see `mlcore.lr_finder.finding`.
    """
    with contextlib.suppress(OSError, AttributeError):  # some systems have no such thing
        os.nice(_NICE)
    config = RunConfig.from_json(request["config"])
    found, reported = RangeTest(), 0.0
    for found in find(config, data_for(config, cache.get(config))):
        if job.stop_asked:
            break
        if time.monotonic() - reported >= _INTERVAL:
            reported = time.monotonic()
            job.report(found.to_json())
        if not found.trials:
            time.sleep(_PAUSE)
    return found.to_json()
