"""All runs of one folder: made, found, listed."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import os
import platform
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig
from mlcore.errors import RunError, SeveralRunsError
from mlcore.files import atomic_file, expand_home, sync_folder, write_atomically
from mlcore.rules import list_words, shortened
from mlcore.runs.library.cache import RunCache
from mlcore.runs.library.label import Label, check_tags, label_record
from mlcore.runs.library.run_index import read_index, write_index
from mlcore.runs.library.run_info import RunInfo, read_run_info
from mlcore.runs.record.folder import CONFIG_FILE, START_FILE, RunFolder
from mlcore.runs.record.reserve import reserve
from mlcore.runs.record.revision import source_revision
from mlcore.runs.record.texts import check_name

__all__ = ["TRASH", "RunStore", "default_runs_root"]

TRASH = ".trash"
"""The folder of the deleted runs, beside the others."""

_WORTH_AN_INDEX = 50  # runs that were read anew; fewer are read as quickly as found there
_LISTED = 5  # runs, at most, where one was meant
_SECOND = len("20260101-120000")  # of an id: the second in which its run was made
_SET_BACK = 24 * 3600.0  # seconds; a run from further ahead was made by a wrong clock


def default_runs_root() -> Path:
    """The folder of all runs: MLCORE_RUNS, else `runs` in the working directory."""
    return expand_home(os.environ.get("MLCORE_RUNS") or "runs")


class RunStore:
    """The runs in one folder, which need not exist yet.

    Attributes:
        root: the folder.
        unreadable: id → why of the runs that the last `list` left out.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root) if root is not None else default_runs_root()
        self.unreadable: Mapping[str, RunError] = {}
        self._cache = RunCache(lambda path: read_run_info(RunFolder(path)), _cacheable)
        self._index_read = False

    def create(
        self,
        config: RunConfig,
        *,
        parent: str | None = None,
        checkpoint: Path | None = None,
        name: str = "",
        experiment: str | None = None,
        sweep: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        track: Sequence[str] = (),
    ) -> RunFolder:
        """Make the folder of a new run; it is queued until a worker starts it.

        Args:
            config: its settings.
            parent: id of the run that it is forked from.
            checkpoint: file to begin from; it is copied, so that the run is complete by itself.
            name: what a person calls it.
            experiment: id of the experiment that it belongs to.
            sweep: id of the sweep that it is a trial of, and the trial's number.
            tags: that it has from the first.
            track: names of the trackers that it is mirrored to; no setting, as no number of the
                run depends on them.

        Raises:
            SettingsError: the name is too long, or a tag is none.
            RunError: the folder cannot be made, or the checkpoint cannot be copied.
        """
        label = Label(name=check_name(name), tags=check_tags(tags))
        created = self._now()
        folder = RunFolder(self._make_folder(created))
        try:
            folder.checkpoints_path.mkdir()
            if checkpoint is not None:
                with (
                    checkpoint.open("rb") as source,
                    atomic_file(folder.checkpoints_path / START_FILE, sync=True) as (copy, _),
                ):
                    shutil.copyfileobj(source, copy, 2**20)
        except OSError as error:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise RunError(
                "{file} could not be put into the new run ({reason}): check that it can be read, "
                "and that {root} has room.",
                file=checkpoint or folder.checkpoints_path,
                reason=error.strerror,
                root=self.root,
            ) from error

        origin = {"run": parent, "checkpoint": START_FILE if checkpoint is not None else None}
        meta = {
            "id": folder.id,
            "created": created,
            "name": label.name,
            "config": config.to_json(),
            "parent": origin if parent or checkpoint is not None else None,
            "experiment": experiment,
            "versions": _versions(),
            **({"sweep": dict(sweep)} if sweep else {}),
            **({"track": list(track)} if track else {}),
        }
        try:
            reserve(folder.path)
            if label.tags:  # before the file that makes the folder a run
                write_atomically(folder.label_path, json.dumps(label_record(label)) + "\n")
            write_atomically(folder.config_path, json.dumps(meta, indent=2) + "\n")
        except RunError:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
        sync_folder(self.root)
        return folder

    def _now(self) -> float:
        """The time; after the newest run even if the clock was set back by less than a day."""
        now, newest, ids = time.time(), 0.0, self._ids()
        for run in reversed(ids):
            if run[:_SECOND] != ids[-1][:_SECOND]:
                break
            with contextlib.suppress(RunError):
                newest = max(newest, RunFolder(self.root / run).meta["created"])
        return newest + 0.001 if 0 <= newest - now < _SET_BACK else now

    def _make_folder(self, created: float) -> Path:
        day = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
        try:
            if not self.root.is_dir():
                self.root.mkdir(parents=True, exist_ok=True)
                sync_folder(self.root.parent)
            for _ in range(100):
                path = self.root / f"{day}-{secrets.token_hex(2)}"
                try:
                    path.mkdir()
                except FileExistsError:
                    continue
                return path
        except OSError as error:
            raise RunError(
                "{root} cannot hold a new run ({reason}): choose another folder with --runs or "
                "MLCORE_RUNS.",
                root=self.root,
                reason=error.strerror,
            ) from error
        raise RunError("{root} holds too many runs of this second: start it again.", root=self.root)

    def get(self, run: str | Path) -> RunFolder:
        """The folder of a run, by its id, the unique beginning of its id, or its path.

        Raises:
            RunError: there is no such run, or several ids begin like this.
        """
        text = str(run)
        if isinstance(run, Path) or os.sep in text:
            folder = RunFolder(Path(run))
            if not folder.is_run():
                raise RunError("{run} is no run: it has no config.json.", run=shortened(text))
            return folder

        ids = self._ids()
        matches = [text] if text in ids else [one for one in ids if text and one.startswith(text)]
        if len(matches) == 1:
            return RunFolder(self.root / matches[0])
        if matches:
            some = matches[-_LISTED:][::-1]
            raise SeveralRunsError(
                "{count} runs in {root} begin with {text!r}: write more of the id, as in {runs}.",
                count=len(matches),
                root=self.root,
                text=text,
                runs=list_words(some, "or"),
            )
        raise RunError(
            "There is no run {text!r} in {root}: `{command}` lists those there.",
            text=shortened(text),
            root=self.root,
            command="mlcore runs --deleted" if self.root.name == TRASH else "mlcore runs",
        )

    def damaged(self) -> dict[str, str]:
        """Id → sentence of every run whose settings cannot be read."""
        problems = {}
        for run in self._ids():
            try:
                _ = RunFolder(self.root / run).config
            except RunError as error:
                problems[run] = str(error)
        return problems

    def _ids(self) -> list[str]:
        try:
            with os.scandir(self.root) as entries:
                names = [entry.name for entry in entries if not entry.name.startswith(".")]
        except OSError:
            return []
        root = os.fspath(self.root)
        return sorted(
            name
            for name in names
            if os.path.lexists(f"{root}{os.sep}{name}{os.sep}{CONFIG_FILE}")  # the quickest answer
            or RunFolder(self.root / name).is_run()
        )

    def list(self) -> list[RunInfo]:
        """All runs, newest first, read from their settings and the ends of their histories.

        Runs that have ended are read once, and again when one of their files has changed; where
        many had to be read, an index beside them saves that to the next process.
        Those whose settings cannot be read are left out; `unreadable` and `damaged` name them.
        """
        found, ids = [], self._ids()
        problems = {}
        if not self._index_read and len(ids) >= _WORTH_AN_INDEX:
            self._cache.fill(read_index(self.root))
            self._index_read = True
        self._cache.forget_others(ids)
        for run in ids:
            try:
                found.append(self._cache.get(self.root / run))
            except RunError as error:
                problems[run] = error
        self.unreadable = problems
        if self._cache.added >= _WORTH_AN_INDEX:
            write_index(self.root, self._cache.entries)
            self._cache.added = 0
        return sorted(found, key=lambda info: (info.created, info.id), reverse=True)


def _cacheable(info: RunInfo) -> bool:
    """Whether a run's line depends on its files alone: not while it also depends on a worker."""
    return info.state in ("finished", "stopped", "failed")


@functools.cache
def _versions() -> dict[str, Any]:
    found = {"python": platform.python_version()}
    for package in ("mlcore", "torch", "numpy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "unknown"
    if revision := source_revision():
        found["revision"] = revision
    return found
