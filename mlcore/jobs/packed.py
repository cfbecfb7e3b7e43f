"""The short jobs that pack a run and bring one in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlcore import errors
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.reading import guarded
from mlcore.packing import pack, unpack
from mlcore.runs import RunFolder, RunStore

__all__ = ["pack_run", "unpack_run"]


def pack_run(request: Mapping[str, Any], job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """The run at "run" with the checkpoints "which", as a file in the job's folder."""
    packed = pack(RunFolder(Path(request["run"])), job.path / "run.zip", request["which"])
    return {"file": packed.path.name, "size": packed.size, "checkpoints": list(packed.checkpoints)}


def unpack_run(request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """Bring the run in the file at "path" into the store "runs"; the file is a stranger's."""
    with guarded({"untrusted": True}) as max_bytes:
        found = unpack(Path(request["path"]), RunStore(Path(request["runs"])), max_bytes=max_bytes)
    notices = [errors.to_json(notice) for notice in found.notices]
    return {"run": found.run, "original": found.original, "notices": notices}
