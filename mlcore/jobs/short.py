"""The short jobs: what each kind does with its request. Needs torch, and runs in a child."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.fits import check_classes
from mlcore.checkpoint.untrusted import limits
from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.data import Progress, fetch, status
from mlcore.data.tensors import Dataset, load
from mlcore.device import available
from mlcore.errors import CheckpointError
from mlcore.evaluation import NOT_FINITE, evaluate, worst_mistakes
from mlcore.export import export
from mlcore.export.formats import find_format
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder

__all__ = ["HANDLERS", "Handler"]

Handler = Callable[[Mapping[str, Any], JobFolder, DataCache], dict[str, Any]]

_EXTRA = 512 * 2**20  # bytes of address space for reading a stranger's file
_TELL = 0.1  # seconds between two notes of progress


def devices(_request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """What this machine can train on."""
    return {"devices": available()}


def inspect(request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """What is in the checkpoint at "path"."""
    with _guarded(request) as max_bytes:
        return checkpoint.inspect(Path(request["path"]), max_bytes=max_bytes)


def export_checkpoint(
    request: Mapping[str, Any], job: JobFolder, cache: DataCache
) -> dict[str, Any]:
    """The checkpoint at "checkpoint" in the form "format", as a file in the job's folder."""
    found, form = _load(request), find_format(request["format"])
    source = Path(request["checkpoint"])
    file = job.path / f"{source.stem}{form.suffix}"
    data = _test_images(found, cache) if form.runs else None
    return {"file": file.name, **export(found, source, file, form.name, data)}


def evaluate_checkpoint(
    request: Mapping[str, Any], _job: JobFolder, cache: DataCache
) -> dict[str, Any]:
    """How good the checkpoint at "checkpoint" is on the test set of "data", or of its own data.

    What its file does not state, "assumed" may say: "activation", "mean" and "std".
    """
    found, assumed = _load(request), request.get("assumed") or {}
    if found.config is None and "activation" in assumed:
        model_config = dataclasses.replace(found.model_config, activation=assumed["activation"])
        found = dataclasses.replace(found, model_config=model_config)
    config = _data_config(found, request.get("data") or {}, assumed)
    raw = cache.get(RunConfig(data=config))
    # One training image: only the test set is wanted, and the rest would cost time and memory.
    data = load(dataclasses.replace(config, train_limit=1), seed=0, raw=raw)
    check_classes(found, data)
    model = checkpoint.build_model(found)
    result = evaluate(model, data.test, data)
    if not math.isfinite(result.loss):
        raise CheckpointError(NOT_FINITE)
    mistakes = worst_mistakes(model, data.test, data, int(request.get("mistakes", 48)))
    return {
        "evaluation": result.to_json(),
        "mistakes": [dataclasses.asdict(mistake) for mistake in mistakes],
        "classes": list(data.classes),
        "data": data.name,
        "warnings": [
            *_differences(found, data),
            *found.warnings,
            *(() if assumed else found.assumed),
        ],
    }


def fetch_data(request: Mapping[str, Any], job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """Download the data set "name" into "root"."""
    told = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL or progress.done == progress.total:
            told = time.monotonic()
            job.report(dataclasses.asdict(progress))

    fetch(request["name"], Path(request["root"]), tell)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "devices": devices,
    "evaluate": evaluate_checkpoint,
    "export": export_checkpoint,
    "fetch": fetch_data,
    "inspect": inspect,
}
"""Kind of job → what does it."""


@contextmanager
def _guarded(request: Mapping[str, Any]) -> Iterator[int]:
    """Within the block a request marked "untrusted" gets little memory; yields a size limit."""
    if not request.get("untrusted"):
        yield limits.MAX_BYTES
        return
    with limits.memory_limit(_EXTRA):
        yield limits.UPLOAD_BYTES


def _load(request: Mapping[str, Any]) -> Checkpoint:
    with _guarded(request) as max_bytes:
        return checkpoint.load(Path(request["checkpoint"]), max_bytes=max_bytes)


def _data_config(
    found: Checkpoint, wanted: Mapping[str, Any], assumed: Mapping[str, Any]
) -> DataConfig:
    """The data to test on, normalised as the model knows it."""
    known = found.data or assumed
    values = {
        "data.name": wanted.get("name") or known.get("name") or "mnist",
        "data.root": str(wanted.get("root") or (found.config.data.root if found.config else "")),
        "data.mean": known.get("mean", 0.5),
        "data.std": known.get("std", 0.5),
        "data.batch_size": 1,
    }
    return RunConfig.from_flat(values).data


def _test_images(found: Checkpoint, cache: DataCache) -> Dataset | None:
    """What the model was tested on, to compare an exported file on; None where it is not here."""
    config = _data_config(found, {}, {})
    if found.data is None or not status(config.name, data_root(config)).usable:
        return None
    return load(
        dataclasses.replace(config, train_limit=1), 0, raw=cache.get(RunConfig(data=config))
    )


def _differences(found: Checkpoint, data: Dataset) -> list[str]:
    known = found.data
    if known is None:
        return []
    if known["name"] != data.name:
        return [f"The model was trained on {known['name']}, and is tested here on {data.name}."]
    if known["fingerprint"] != data.fingerprint:
        return [f"The files of {data.title} are not those that the model was trained on."]
    return []
