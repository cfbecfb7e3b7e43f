"""The short job that trains a run again from its record and says whether it is the same."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlcore import errors
from mlcore.errors import JobError
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.replay import replay, verdict
from mlcore.runs import RunFolder

__all__ = ["replay_run"]

_INTERVAL = 0.2  # seconds between two reports


def replay_run(request: Mapping[str, Any], job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """The run at "run", trained again; "done" and "of" steps are its progress.

    Returns:
        "equal"; "verdict", and "reason" where there is more to say: sentences as
        `mlcore.errors.to_json` writes them; "edits", "unknown", "device", "threads", "seconds".

    Raises:
        JobError: it was asked to stop.
        MlcoreError: the run cannot be replayed; see `mlcore.replay.replay`.
    """
    folder = RunFolder(Path(request["run"]))
    reported = 0.0

    def observe(done: int, of: int) -> None:
        nonlocal reported
        if time.monotonic() - reported < _INTERVAL:
            return
        reported = time.monotonic()
        if job.stop_asked:
            raise JobError("The replay was stopped at step {step:,} of {of:,}.", step=done, of=of)
        job.report({"done": done, "of": of})

    found = replay(folder, observe)
    reason = found.difference.reason if found.difference and found.gap is None else None
    return {
        "equal": found.equal,
        "verdict": errors.to_json(verdict(folder, found)),
        "reason": None if reason is None else errors.to_json(reason),
        "edits": found.edits,
        "unknown": found.unknown,
        "device": found.device,
        "threads": found.threads,
        "seconds": found.seconds,
    }
