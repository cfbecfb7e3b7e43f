"""The short job that runs a lesson and reports its curves while they grow."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.lessons import find_lesson
from mlcore.lessons.running import run_lesson

__all__ = ["run"]

_INTERVAL = 0.1  # seconds between two reports


def run(request: Mapping[str, Any], job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """The lesson "lesson" with "seed"; the curves up to now are its progress."""
    lesson = find_lesson(str(request["lesson"]))
    found: dict[str, Any] = {}
    reported = 0.0
    for pair in run_lesson(lesson, int(request["seed"]), pause=lesson.pause):
        if pair.done or time.monotonic() - reported >= _INTERVAL:
            reported = time.monotonic()
            found = pair.to_json()
            job.report(found)
    return found
