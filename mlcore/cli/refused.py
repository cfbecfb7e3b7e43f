"""A checkpoint that is refused, as a shell says it: which file, and how to continue."""

from __future__ import annotations

import shlex

from mlcore.errors import CheckpointError
from mlcore.runs import RunFolder
from mlcore.runs.library.sound import Sound, is_sound, newest_sound

__all__ = ["refused"]


def refused(error: CheckpointError) -> CheckpointError:
    """The error with the name of its file.

    Where that is a damaged one of a run, the command that continues from the newest sound one too.
    """
    if error.file is None:
        return error
    file = error.file.resolve()
    folder = RunFolder(file.parent.parent)
    own = folder.is_run() and file in folder.checkpoints()
    sound = newest_sound(folder) if own and not is_sound(file) else None
    if sound is None:
        return error.naming(error.file)
    return CheckpointError(
        "{refusal} The newest sound checkpoint of this run is that of step {step:,}: "
        "`{command}` continues from there in a new run.",
        refusal=error.naming(error.file),
        step=sound.step,
        command=_command(folder, sound),
    )


def _command(folder: RunFolder, sound: Sound) -> str:
    words = ["mlcore", "fork", str(folder.path), "--step", str(sound.step)]
    if sound.epoch >= sound.epochs:  # else there is nothing left to train
        words += ["--train.epochs", str(sound.epoch + 1)]
    return shlex.join(words)
