"""Pack a run into one file, also while it trains: what is there at one moment, whole lines only."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import IO, Any

from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.export.code import recipe_of, script
from mlcore.files import atomic_file, cannot_write, open_file, size_of
from mlcore.packing.damaged import check_checkpoint
from mlcore.packing.members import CONFIG, EVENTS, LABEL, MAX_BYTES, SCRIPT, is_id
from mlcore.plain_json import FILE_BYTES
from mlcore.rules import list_words, shortened
from mlcore.runs import History, RunFolder
from mlcore.runs.library.label import label_record, read_label
from mlcore.runs.record.folder import START_FILE, checkpoint_step

__all__ = ["Packed", "chosen_checkpoints", "pack"]

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: the same run gives the same bytes
_KEPT = ("created", "name", "parent", "experiment", "versions")
_TRIES = 5  # a run that trains may delete a checkpoint just before it is opened
_PIECE = 2**20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What was packed."""

    path: Path
    size: int  # bytes
    checkpoints: tuple[str, ...]  # names of their files


def pack(folder: RunFolder, target: Path, which: Sequence[str] = ("last",)) -> Packed:
    """Write a run as one file: settings, name and note, history, code, chosen checkpoints.

    What belongs to this machine stays here: who trains the run, its logs of faults, and the folder
    of the data sets but where checkpoints name it, which are copied as they are. The checkpoint
    that the run began from, if it began from one, always comes along.

    Args:
        folder: the run.
        target: the file, which is replaced if it is there.
        which: of its checkpoints: "last", "best", "all", or steps.

    Raises:
        RunError: it has not begun, its settings cannot be read, it does not keep such a
            checkpoint or one is damaged, the file would be too large or cannot be written.
        SettingsError: `which` is something else.
    """
    if not size_of(folder.events_path) and not folder.checkpoints():
        raise RunError("Run {run} has not begun: there is nothing to pack.", run=folder.id)
    with ExitStack() as stack:
        checkpoints = _opened(folder, which, stack)
        for name, opened in checkpoints.items():
            check_checkpoint(folder, name, opened)
        texts = {CONFIG: _json(_own(folder)), LABEL: _json(label_record(read_label(folder)))}
        if code := _script(folder):
            texts[SCRIPT] = code
        size = sum(os.fstat(file.fileno()).st_size for file in checkpoints.values())
        if size + size_of(folder.events_path) > MAX_BYTES - FILE_BYTES:
            raise _too_large()
        try:
            with atomic_file(target, sync=True) as (file, _):
                _write(file, _id_of(folder), texts, folder.events_path, checkpoints)
        except zipfile.LargeZipFile as error:
            raise _too_large() from error
        except OSError as error:
            raise cannot_write(target, error) from error
    return Packed(path=target, size=size_of(target), checkpoints=tuple(checkpoints))


def chosen_checkpoints(folder: RunFolder, which: Sequence[str]) -> list[Path]:
    """The checkpoints that are meant, by step; first the one that the run began from.

    Raises:
        RunError: the run does not keep such a checkpoint.
        SettingsError: something else is asked for.
    """
    kept = folder.checkpoints()
    held = {checkpoint_step(path): path for path in kept}
    chosen = {path for path in kept if path.name == START_FILE}
    for word in which:
        if word == "all":
            chosen |= set(kept)
        elif word == "last":
            chosen |= set(kept[-1:])
        elif word == "best":
            best = folder.best_checkpoint()
            if best is None:
                raise RunError(
                    "No checkpoint of run {run} is marked as the best: choose `last`.",
                    run=folder.id,
                )
            chosen.add(best)
        elif not (word.isdecimal() and len(word) <= 18):
            raise SettingsError(
                "`--checkpoint` must be last, best, all or a step, but got {which!r}.",
                which=shortened(word),
            )
        elif int(word) not in held:
            raise RunError(
                "Run {run} keeps no checkpoint of step {step}: it has {kept}.",
                run=folder.id,
                step=word,
                kept=list_words([path.stem for path in kept]) or "none",
            )
        else:
            chosen.add(held[int(word)])
    return sorted(chosen, key=checkpoint_step)


def _opened(folder: RunFolder, which: Sequence[str], stack: ExitStack) -> dict[str, FileIO]:
    """The chosen checkpoints, open: what is deleted from now on can still be read.

    They are opened before the history is read, which therefore tells of all their steps.
    """
    for attempt in range(_TRIES):
        with ExitStack() as opened:
            try:
                found = {
                    path.name: opened.enter_context(open_file(path))
                    for path in chosen_checkpoints(folder, which)
                }
            except FileNotFoundError:
                if attempt < _TRIES - 1:
                    continue
                raise
            stack.push(opened.pop_all())
            return found
    raise AssertionError  # the loop returns or raises


def _own(folder: RunFolder) -> dict[str, Any]:
    """What config.json says of the run, without what it says of this machine."""
    meta = folder.meta
    config = folder.config.with_values({"data.root": ""}).to_json()
    kept = {name: meta[name] for name in _KEPT}
    return {"id": _id_of(folder), **kept, "config": config}


def _script(folder: RunFolder) -> bytes:
    """The run as a script, which finds its checkpoint beside it; empty where there is none."""
    history = History(folder)
    history.refresh()
    try:
        recipe = recipe_of(history, whole=True)
        if recipe.start is not None:
            start = replace(recipe.start, file=Path("checkpoints", recipe.start.file.name))
            recipe = replace(recipe, start=start)
        config = recipe.config.with_values({"data.root": ""})
        return script(replace(recipe, config=config)).encode()
    except MlcoreError:  # it began from a file that a script cannot continue from
        return b""


def _id_of(folder: RunFolder) -> str:
    """The run's id; one made of the time of its making where a person renamed the folder."""
    if is_id(folder.id):
        return folder.id
    return time.strftime("%Y%m%d-%H%M%S-0000", time.localtime(folder.meta["created"]))


def _write(
    file: IO[bytes],
    run: str,
    texts: dict[str, bytes],
    events: Path,
    checkpoints: Mapping[str, IO[bytes]],
) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, content in texts.items():
            archive.writestr(_entry(run, name), content)
        with archive.open(_entry(run, EVENTS), "w") as member:
            _copy_whole_lines(events, member)
        for name, source in checkpoints.items():
            with archive.open(_entry(run, f"checkpoints/{name}"), "w") as member:
                shutil.copyfileobj(source, member, _PIECE)


def _copy_whole_lines(events: Path, target: IO[bytes]) -> None:
    """The history up to its last line end; what follows is being written, or torn."""
    try:
        source = open_file(events)
    except FileNotFoundError:
        return
    with source:
        rest = b""
        while piece := source.read(_PIECE):
            whole, end, after = piece.rpartition(b"\n")
            if end:
                target.write(rest + whole + end)
                rest = after
            else:
                rest += piece


def _entry(run: str, name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{run}/{name}", _EARLIEST)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _json(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, indent=2) + "\n").encode()


def _too_large() -> RunError:
    return RunError(
        "The run would take more than {most:,} bytes: pack it with fewer checkpoints.",
        most=MAX_BYTES,
    )
