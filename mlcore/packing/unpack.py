"""Bring in a packed run: everything in it is read as a stranger's, and written anew."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlcore import checkpoint
from mlcore.checkpoint.untrusted.source import Source, open_source
from mlcore.checkpoint.untrusted.zipcheck import Record
from mlcore.config import RunConfig
from mlcore.errors import CheckpointError, MlcoreError, Notice, RunError, SettingsError
from mlcore.files import cannot_write, sync_file, write_atomically
from mlcore.packing.histories import copy_history
from mlcore.packing.members import (
    CONFIG,
    EVENTS,
    LABEL,
    MAX_BYTES,
    check_size,
    is_id,
    read_pieces,
)
from mlcore.packing.recompressed import open_members
from mlcore.packing.unfinished import settle, unfinished_folder
from mlcore.plain_json import parse_object
from mlcore.runs import ENDED, History, RunFolder, RunStore
from mlcore.runs.active.threads import cores
from mlcore.runs.library.label import label_record, read_label
from mlcore.runs.record.folder import START_FILE, checkpoint_step
from mlcore.runs.record.meta import checked_meta

__all__ = ["Unpacked", "unpack"]

_NOTHING = Record(0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A run that was brought in."""

    run: str  # its id here
    original: str  # its id in the file
    notices: tuple[Notice, ...] = ()  # what a person should know of it


def unpack(path: Path, store: RunStore, *, max_bytes: int = MAX_BYTES) -> Unpacked:
    """Bring the run in a file into a store; its id here is another one where its own is taken.

    It may have been compressed again on its way. It is what it was, but for what belongs to
    another machine: the folder of its data sets, and a device or a number of threads that this one
    may lack. One that trained when it was packed is stopped here.

    Args:
        path: the file.
        store: where to; its folder is made if there is none.
        max_bytes: of the file, and of what a checkpoint in it may take in memory.

    Raises:
        RunError: the file is refused, or the run cannot be written; nothing of it is kept.
    """
    check_size(path, max_bytes)
    try:
        with (
            open_source(path, max_bytes) as given,
            open_members(given, max_bytes=max_bytes, root=store.root) as (
                source,
                original,
                members,
            ),
            unfinished_folder(store.root) as folder,
        ):
            notices = _fill(folder, source, members, original, max_bytes)
            run = settle(folder, store.root, original)
    except CheckpointError as error:  # it shrank while it was read
        raise RunError("{error}", error=error) from error
    except OSError as error:
        raise cannot_write(store.root, error) from error
    return Unpacked(run=run, original=original, notices=notices)


def _fill(
    folder: RunFolder, source: Source, members: Mapping[str, Record], original: str, max_bytes: int
) -> tuple[Notice, ...]:
    """Write the run's files, each after a look at what is in it."""
    folder.checkpoints_path.mkdir()
    meta, config = _settings(source, members[CONFIG], original)
    write_atomically(folder.config_path, json.dumps(meta, indent=2) + "\n")
    step = epoch = 0
    for name in sorted(members):
        if name.startswith("checkpoints/"):
            file = folder.path / name
            _copy(source, members[name], file)
            step, epoch = max((step, epoch), _check_checkpoint(file, config, max_bytes))
    if LABEL in members:
        _copy(source, members[LABEL], folder.label_path)
        text = json.dumps(label_record(read_label(folder)), ensure_ascii=False) + "\n"
        write_atomically(folder.label_path, text)
    left_out = 0
    with folder.events_path.open("wb") as events:
        copied = copy_history(source, members.get(EVENTS, _NOTHING), events)
        copied.end(step, epoch, events)
        left_out = copied.left_out
        _sync(events)
    _check_whole(folder)
    if not left_out:
        return ()
    return (
        Notice("Lines of its history that no run writes are left out: {count:,}.", count=left_out),
    )


def _settings(source: Source, member: Record, original: str) -> tuple[dict[str, Any], RunConfig]:
    """What config.json is to hold here."""
    text = b"".join(read_pieces(source, member, CONFIG))
    try:
        found = checked_meta(Path(original), parse_object(text))
        config = RunConfig.from_json(found["config"]).with_values({"data.root": ""})
    except (SettingsError, ValueError) as error:
        reason = error if isinstance(error, MlcoreError) else "it is no JSON object"
        raise RunError(
            "config.json in the file cannot be read ({reason}): pack the run again.",
            reason=reason,
        ) from error
    if config.train.device != "cpu":
        config = config.with_values({"train.device": "auto"})
    config = config.with_values({"train.processes": 1})
    if config.train.threads > cores():
        config = config.with_values({"train.threads": 0})
    parent = found["parent"]
    if parent is not None:
        run = parent["run"] if is_id(parent["run"] or "") else None
        started = START_FILE if parent["checkpoint"] == START_FILE else None
        parent = {"run": run, "checkpoint": started} if run or started else None
    meta = {
        "id": original,
        "created": min(found["created"], time.time()),
        "name": found["name"],
        "config": config.to_json(),
        "parent": parent,
        "experiment": found["experiment"],
        "versions": found["versions"],
    }
    return meta, config


def _copy(source: Source, member: Record, target: Path) -> None:
    """Write a file of the run as it is in the source."""
    with target.open("xb") as file:
        for piece in read_pieces(source, member, target.name):
            file.write(piece)
        _sync(file)


def _check_checkpoint(file: Path, config: RunConfig, max_bytes: int) -> tuple[int, int]:
    """Refuse a checkpoint that the run cannot have written; returns its step and epoch."""
    try:
        found = checkpoint.load(file, max_bytes=max_bytes)
    except MlcoreError as error:
        raise RunError("{name} in the file: {error}", name=file.name, error=error) from error
    model = found.model_config
    same = (model.hidden, model.batch_norm) == (config.model.hidden, config.model.batch_norm)
    own = file.name == START_FILE or (found.form == "full" and found.step == checkpoint_step(file))
    if not (same and own):
        raise RunError(
            "{name} in the file is no checkpoint of this run: pack the run again.", name=file.name
        )
    return (found.step or 0, found.epoch or 0) if file.name != START_FILE else (0, 0)


def _check_whole(folder: RunFolder) -> None:
    """Read the run as everybody will, before anybody can.

    Raises:
        RunError: its history contradicts its settings.
    """
    history = History(folder)
    history.refresh()
    try:
        _ = history.config
    except MlcoreError as error:
        raise RunError(
            "The history in the file does not go with its settings: {error}", error=error
        ) from error
    if history.state not in ENDED:
        raise RunError("The history in the file has no end: pack the run again.")


def _sync(file: IO[bytes]) -> None:
    file.flush()
    sync_file(file.fileno())
