"""The short jobs: what each kind does with its request; each runs in a process of its own."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlcore import checkpoint, errors, testing
from mlcore.config import RunConfig
from mlcore.data import Progress, fetch
from mlcore.device import available
from mlcore.export import export
from mlcore.export.formats import find_format
from mlcore.insight.answers import write_answers
from mlcore.insight.forward import answers_of_checkpoint
from mlcore.jobs import drawn, lessons, lr_find, packed, replays
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.diagrams import draw_checkpoints, draw_untrained
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.insight import INSIGHT_HANDLERS
from mlcore.jobs.reading import guarded, load_checkpoint
from mlcore.testing import data_config, data_on_disk

__all__ = ["HANDLERS", "Handler"]

Handler = Callable[[Mapping[str, Any], JobFolder, DataCache], dict[str, Any]]

_INTERVAL = 0.1  # seconds between two reports of progress


def devices(_request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """What this machine can train on."""
    return {"devices": available()}


def inspect(request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """What is in the checkpoint at "path"."""
    with guarded(request) as max_bytes:
        found = checkpoint.inspect(Path(request["path"]), max_bytes=max_bytes)
    if found["doubt"] is not None:
        found["doubt"] = errors.to_json(found["doubt"])
    for key in ("missing", "assumed", "warnings"):
        found[key] = [errors.to_json(error) for error in found[key]]
    return found


def export_checkpoint(
    request: Mapping[str, Any], job: JobFolder, cache: DataCache
) -> dict[str, Any]:
    """The checkpoint at "checkpoint" in the form "format", as a file in the job's folder."""
    found, form = load_checkpoint(request), find_format(request["format"])
    source = Path(request["checkpoint"])
    file = job.path / f"{source.stem}{form.suffix}"
    data = None
    if form.runs and found.data is not None:
        config = data_config(found, {})
        data = data_on_disk(config, cache.get(RunConfig(data=config)))
    return {"file": file.name, **export(found, source, file, form.name, data)}


def evaluate_checkpoint(
    request: Mapping[str, Any], job: JobFolder, cache: DataCache
) -> dict[str, Any]:
    """How good the checkpoint at "checkpoint" is on the test set of "data", or of its own data.

    What its file does not state, "assumed" may say: "activation", "mean" and "std". With "answers"
    the model's answers to every test image, and to held-out ones, come as a file in the job's
    folder, which `mlcore.insight.answers` reads.
    """
    assumed = request.get("assumed") or {}
    found = load_checkpoint(request).assuming(assumed)
    chosen = {name: value for name, value in (request.get("data") or {}).items() if value}
    config = data_config(found, chosen)
    raw = cache.get(RunConfig(data=config))
    report = testing.evaluate_checkpoint(
        found, config, raw=raw, mistakes=int(request.get("mistakes", 48))
    )
    file = None
    if request.get("answers"):
        file = "answers.npz"
        write_answers(job.path / file, answers_of_checkpoint(found, config, raw=raw))
    warnings = (*report.warnings, *(() if "assumed" in request else found.assumed))
    return {
        "evaluation": report.evaluation.to_json(),
        "mistakes": [dataclasses.asdict(mistake) for mistake in report.mistakes],
        "classes": list(report.data.classes),
        "data": report.data.name,
        "warnings": [errors.to_json(error) for error in warnings],
        "answers": file,
    }


def try_normalisations(
    request: Mapping[str, Any], _job: JobFolder, cache: DataCache
) -> dict[str, Any]:
    """How good the checkpoint at "checkpoint" is on validation images of "data", by normalisation.

    What its file does not state, "assumed" may say: "activation".
    """
    found = load_checkpoint(request).assuming(request.get("assumed") or {})
    config = data_config(found, request["data"])
    trials = testing.try_normalisations(found, config, raw=cache.get(RunConfig(data=config)))
    return {**trials.to_json(), "data": config.name}


def fetch_data(request: Mapping[str, Any], job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """Download the data set "name" into "root"."""
    reported = 0.0

    def report(progress: Progress) -> None:
        nonlocal reported
        if time.monotonic() - reported >= _INTERVAL or progress.done == progress.total:
            reported = time.monotonic()
            job.report(dataclasses.asdict(progress))

    fetch(request["name"], Path(request["root"]), report)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "devices": devices,
    "diagrams": draw_checkpoints,
    "evaluate": evaluate_checkpoint,
    "export": export_checkpoint,
    "fetch": fetch_data,
    "inspect": inspect,
    "keep-drawing": drawn.keep,
    "lesson": lessons.run,
    "lr-find": lr_find.find_rate,
    "network": drawn.network,
    "normalisations": try_normalisations,
    "pack": packed.pack_run,
    "predict": drawn.predict_image,
    "replay": replays.replay_run,
    "unpack": packed.unpack_run,
    "untrained": draw_untrained,
    **INSIGHT_HANDLERS,
}
"""Kind of job → what does it."""
