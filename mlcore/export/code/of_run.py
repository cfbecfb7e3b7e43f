"""The recipe of a run, from its folder and history; nothing here loads torch."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mlcore.config import RunConfig, can_continue
from mlcore.errors import CheckpointError, ExportError
from mlcore.events import SettingsEdited, Started, Stopped
from mlcore.export.code.recipe import Origin, Recipe, Start
from mlcore.rules import Value
from mlcore.runs import History
from mlcore.runs.record.folder import START_FILE, checkpoint_name

__all__ = ["recipe_of"]


def recipe_of(history: History, *, whole: bool = False) -> Recipe:
    """All that the code of a run depends on.

    A fork begins from its checkpoint. A run that was resumed begins from the checkpoint that it
    was resumed from, where that is still kept. One that was stopped ends where it was.

    Args:
        history: of the run, read up to now.
        whole: from the run's own beginning, also where it was resumed.

    Raises:
        ExportError: it began from a file of another program, or one that is gone.
        RunError: its settings cannot be read.
        SettingsError: its history was tampered with.
    """
    folder = history.folder
    last = history.started
    resumed = (folder.checkpoints_path / checkpoint_name(last.step if last else 0)).resolve()
    if last and len(history.starts) > 1 and not whole and resumed.is_file():
        recipe = _resumed(history, resumed)
    elif folder.begins_at_a_checkpoint():
        recipe = _forked(history, folder.checkpoints_path / START_FILE)
    else:
        recipe = Recipe(config=folder.config, edits=tuple(history.edits))
    if last is not None:
        starts = [last] if recipe.start and recipe.start.file == resumed else history.starts
        recipe = replace(
            _on_threads(recipe, starts),
            images=last.train_images,
            device=last.device,
            processes=max(start.processes for start in starts),
        )
    stopped = history.outcome if isinstance(history.outcome, Stopped) else None
    return replace(recipe, run=folder.id, stopped=stopped)


def _on_threads(recipe: Recipe, starts: Sequence[Started]) -> Recipe:
    """With as many CPU threads as the run had, also where a later start had another number."""
    threads = starts[0].threads
    edits = list(recipe.edits)
    for start in starts[1:]:
        if start.threads != threads:
            threads = start.threads
            change = {"train.threads": threads}
            edits.append(
                SettingsEdited(step=start.step, epoch=start.epoch, changes=change, before={})
            )
    edits.sort(key=lambda edit: (edit.step, edit.epoch))
    return replace(recipe, edits=edits, threads=starts[0].threads)


def _resumed(history: History, file: Path) -> Recipe:
    """From the checkpoint of the last start; the edits that it holds are in its settings."""
    config, start, _ = _read(file, history.folder.id)
    later = history.edits_after(start.step)
    return Recipe(config=config, edits=later, start=start)


def _forked(history: History, file: Path) -> Recipe:
    """From the checkpoint that the run was given."""
    folder = history.folder
    before, start, step = _read(file, folder.id)
    wanted = folder.config
    config = before if can_continue(before, wanted) else wanted
    if config is wanted:
        start = Start(file=start.file, continues=False)
    parent = (folder.meta["parent"] or {}).get("run")
    origin = None
    if isinstance(parent, str) and parent:
        origin = Origin(run=parent, step=step, changes=_changed(before, wanted))
    return Recipe(config=config, edits=tuple(history.edits), start=start, origin=origin)


def _changed(before: RunConfig, after: RunConfig) -> Mapping[str, Value]:
    old = before.flat()
    return {name: value for name, value in after.flat().items() if value != old[name]}


def _read(file: Path, run: str) -> tuple[RunConfig, Start, int]:
    """Settings in a full checkpoint, where its training stood, and its step; read once."""
    try:
        found = file.stat()
    except OSError:
        return _read_anew(file, run, 0, 0)  # says what is wrong
    return _read_anew(file, run, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=32)
def _read_anew(file: Path, run: str, _changed: int, _bytes: int) -> tuple[RunConfig, Start, int]:
    from mlcore.checkpoint.forms import recognise
    from mlcore.checkpoint.stated import read_config
    from mlcore.checkpoint.untrusted import limits
    from mlcore.checkpoint.untrusted.containers import read_contents
    from mlcore.checkpoint.untrusted.source import open_source

    try:
        with open_source(file, limits.MAX_BYTES) as source:
            raw = recognise(read_contents(source))
        if raw.form != "full" or not isinstance(raw.trainer, Mapping):
            raise ExportError(
                "Run {run} began from a file that mlcore has not written, which a script cannot "
                "continue from: export its weights instead.",
                run=run,
            )
        config = read_config(raw.config)
    except (CheckpointError, OSError) as error:
        raise ExportError(
            "{file}, from which run {run} began, cannot be read ({reason}): put the file back to "
            "get its code.",
            file=file,
            run=run,
            reason=error,
        ) from None
    start = Start(
        file=file.resolve(),
        step=int(raw.step),
        epoch=int(raw.epoch),
        used=int(raw.trainer.get("images_used") or 0),
        within=raw.trainer.get("epoch_seed") is not None,
    )
    return config, start, start.step
