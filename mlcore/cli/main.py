"""`main`: from a command's name to its exit status; errors become one sentence."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from mlcore.cli.console import consoles
from mlcore.errors import CheckpointError, MlcoreError, SettingsError
from mlcore.parallel import find_ranks
from mlcore.rules import nearest, shortened

__all__ = ["BAD_INPUT", "COMMANDS", "FAILED", "INTERRUPTED", "entry_point", "main"]

COMMANDS = {
    "train": "train a model; a run folder records it",
    "resume": "continue a run that was stopped, or begin a run from a checkpoint",
    "fork": "train a new run that branches off from another, with other settings",
    "pause": "have a run wait after its current step",
    "continue": "have a paused run continue",
    "step": "have a run do one step, several, or an epoch, and wait",
    "edit": "change settings of a run while it trains",
    "stop": "end a run after its current step; its model is kept",
    "queue": "the active runs and those that wait; their order, how many train at once",
    "sweep": "search for settings: many runs, by grid, at random or by what was learned so far",
    "replay": "train a run again from its record, and compare every step",
    "runs": "list the runs",
    "rename": "give a run a name",
    "tag": "give a run tags, or remove some",
    "note": "write a note on a run",
    "delete": "put a run into the trash",
    "restore": "restore a deleted run, or empty the trash",
    "diagnose": "say what a run's history shows, in plain words, and what to try",
    "evaluate": "test a run or checkpoint: accuracy, loss, confusion matrix",
    "compare": "test two runs, groups or checkpoints on the same images: better, or is it chance",
    "predict": "say what images show: drawings, scans, photographs",
    "export": "write a model for other programs: weights, safetensors, ONNX, torch.export",
    "pack": "write a run as one file, to share it",
    "unpack": "bring in a run that was packed, here or elsewhere",
    "inspect": "say what is in a checkpoint file before it is used",
    "data": "data sets: what is on disk, fetch, verify",
    "lr-find": "find a learning rate for some settings, in a short test",
    "presets": "list the named settings for `mlcore train --preset`",
    "lessons": "mistakes, each run wrong and right side by side",
}
"""Command → what it does."""

_ENTRY_POINTS = {
    "lr-find": ("lr_find", "run"),
    "pause": ("steer", "pause"),
    "continue": ("steer", "continue_"),
    "step": ("steer", "step"),
    "stop": ("steer", "stop"),
    "rename": ("keep", "rename"),
    "tag": ("label", "tag"),
    "note": ("label", "note"),
    "delete": ("keep", "delete"),
    "restore": ("keep", "restore"),
    "pack": ("share", "pack"),
    "unpack": ("share", "unpack"),
}
"""Command → module and function; the others are `run` in the module of their name."""

_PARALLEL = frozenset({"train", "resume", "fork"})
"""Commands that several processes may be started with, which train one run together."""

_ALONE = frozenset({"sweep", "replay", "lr-find"})
"""Commands that train, and would do the same in each process."""

BAD_INPUT, FAILED, INTERRUPTED, PIPE_CLOSED = 2, 1, 130, 141


def entry_point(command: str) -> tuple[str, str]:
    """Module and function of a command."""
    module, function = _ENTRY_POINTS.get(command, (command, "run"))
    return f"mlcore.cli.{module}", function


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; never lets an error out.

    Args:
        argv: the words after the program's name; None: those this process was started with.

    Returns:
        0; 2 for bad input; 1 for a run that failed; 130 after Ctrl-C; 141 when the reader is gone.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    with consoles(styled=any(word in ("-h", "--help") for word in words)):
        return _run(words)


def _run(words: list[str]) -> int:
    """Run one command; whatever goes wrong becomes a sentence and a status."""
    try:
        status = _dispatch(words)
        sys.stdout.flush()
    except MlcoreError as error:
        return _report(str(error), BAD_INPUT)
    except BrokenPipeError:
        return _close_pipe()
    except OSError as error:
        if error.filename is None:
            return _unexpected(error)
        path = shortened(os.fsdecode(error.filename))
        return _report(f"{path} cannot be used ({error.strerror}).", BAD_INPUT)
    except KeyboardInterrupt:
        return _report("interrupted.", INTERRUPTED)
    except SystemExit as end:  # raised by the parser after it has shown help
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001 (a person gets a sentence, never a traceback)
        return _unexpected(error)
    return status


def _unexpected(error: Exception) -> int:
    if os.environ.get("MLCORE_TRACEBACK"):
        traceback.print_exc()
    text = str(error).strip().rstrip(".") or "without a message"
    return _report(
        f"unexpected {type(error).__name__} ({text}): this is a fault of the program; "
        "with MLCORE_TRACEBACK=1 it shows where.",
        FAILED,
    )


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0 if words else BAD_INPUT
    if words[0] == "--version":
        from mlcore import __version__

        print(f"mlcore {__version__}")
        return 0
    name = words[0]
    if name not in COMMANDS:
        hint = nearest(name, COMMANDS)
        return _report(
            f"`{shortened(name)}` is no command{hint}: `mlcore --help` lists them.", BAD_INPUT
        )
    if name in _PARALLEL | _ALONE and not {"-h", "--help"} & set(words):
        ranks = find_ranks()
        if ranks is not None and name in _ALONE:
            raise SettingsError(
                "`mlcore {command}` works in one process, and `torchrun` has started {count}: "
                "start it without.",
                command=name,
                count=ranks.size,
            )
        if ranks is not None and not ranks.leads:
            from mlcore.cli.following import follow_run

            return follow_run(ranks)
    module, function = entry_point(name)
    try:
        return int(getattr(importlib.import_module(module), function)(words[1:]))
    except CheckpointError as error:
        from mlcore.cli.refused import refused

        raise refused(error) from error


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        (
            "usage: mlcore COMMAND [OPTIONS]",
            "",
            "Train small neural networks, test them and keep them.",
            "",
            "commands:",
            *lines,
            "",
            "`mlcore COMMAND --help` lists a command's options; `mlcore --version` the version.",
        )
    )


def _report(sentence: str, status: int) -> int:
    try:
        sys.stdout.flush()
    except (OSError, MlcoreError):  # it is gone or full: Python would try again when it ends
        _close_pipe()
    line = " ".join(sentence.splitlines())  # also where a name in it has a newline
    with contextlib.suppress(OSError, MlcoreError):
        print(f"mlcore: {line}", file=sys.stderr, flush=True)
    return status


def _close_pipe() -> int:
    """Leave quietly when the reader has gone, as in `mlcore runs | head -1`."""
    with contextlib.suppress(OSError, ValueError):  # ValueError: stdout is no real file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
