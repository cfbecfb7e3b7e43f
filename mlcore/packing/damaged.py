"""A damaged checkpoint is not packed: nobody could bring the run in."""

from __future__ import annotations

import shlex
from io import FileIO

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.source import source_of
from mlcore.errors import CheckpointError, RunError
from mlcore.runs import RunFolder
from mlcore.runs.library.sound import newest_sound
from mlcore.runs.record.folder import START_FILE

__all__ = ["check_checkpoint"]


def check_checkpoint(folder: RunFolder, name: str, file: FileIO) -> None:
    """Read a checkpoint as whoever unpacks it will; the file is at its beginning again after.

    Args:
        folder: the run.
        name: of the checkpoint's file.
        file: the same, open.

    Raises:
        RunError: it cannot be read.
    """
    from mlcore.checkpoint.read import read  # loads torch

    try:
        read(source_of(file, limits.MAX_BYTES))
    except CheckpointError as error:
        raise _refusal(folder, name, error) from error
    file.seek(0)


def _refusal(folder: RunFolder, name: str, error: CheckpointError) -> RunError:
    # The file that a run began from is in every pack: no choice of others leaves it out.
    sound = None if name == START_FILE else newest_sound(folder)
    if sound is None:
        return RunError(
            "{file} of run {run} cannot be packed: {error} Put a whole file in its place, or "
            "delete it, and pack the run again.",
            file=name,
            run=folder.id,
            error=error,
        )
    words = ["mlcore", "pack", str(folder.path), "--checkpoint", str(sound.step)]
    return RunError(
        "{file} of run {run} cannot be packed: {error} Delete it, or pack the newest sound "
        "checkpoint with `{command}`.",
        file=name,
        run=folder.id,
        error=error,
        command=shlex.join(words),
    )
