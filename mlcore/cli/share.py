"""`mlcore pack` and `unpack`: a run as one file, and back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import (
    ForceOption,
    JsonOption,
    RunOptions,
    RunsOption,
    named_run,
    new_file,
    open_store,
)
from mlcore.cli.layout import print_json
from mlcore.cli.options import POSITIONAL, argument, text
from mlcore.errors import SettingsError
from mlcore.files import expand_home
from mlcore.words import counted, file_size

__all__ = ["pack", "unpack"]


@dataclass(frozen=True, kw_only=True)
class PackOptions(RunOptions):
    """Write a run as one file: settings, name and note, history, chosen checkpoints.

    `mlcore unpack`, or an upload on the page, brings it in elsewhere, where it can be tested,
    resumed, forked and replayed. A run that trains is packed as it is at this moment.
    """

    checkpoint: Annotated[
        tuple[str, ...],
        text("which checkpoints: last, best, all, or steps", "last", "WHICH"),
    ] = ("last",)
    output: Annotated[str, text("file to write", "named after the run", "FILE")] = ""
    force: ForceOption = False


@dataclass(frozen=True, kw_only=True)
class UnpackOptions:
    """Bring in a run that was packed, here or elsewhere.

    It is read as a stranger's file: nothing in it is run, and a damaged or odd one is refused
    whole. Where its id is taken it gets another one.
    """

    target: Annotated[str, POSITIONAL, argument("file that `mlcore pack` wrote", "FILE")] = ""
    runs: RunsOption = ""
    json: JsonOption = False


def pack(argv: Sequence[str]) -> int:
    """Pack a run."""
    options, _ = read("pack", PackOptions, argv)
    folder = named_run("pack", options.target, options.runs)
    target = new_file(options.output, f"{folder.id}.zip", force=options.force)
    from mlcore import packing

    found = packing.pack(folder, target, options.checkpoint)
    record = {"run": folder.id, "file": str(target), "bytes": found.size}
    if options.json:
        print_json({**record, "checkpoints": list(found.checkpoints)})
    else:
        held = counted(len(found.checkpoints), "checkpoint")
        print(f"{target} ({file_size(found.size)}, {held})")
    return 0


def unpack(argv: Sequence[str]) -> int:
    """Bring in a run."""
    options, _ = read("unpack", UnpackOptions, argv)
    if not options.target:
        raise SettingsError("`mlcore unpack` needs a file that `mlcore pack` wrote.")
    from mlcore import packing

    path = Path(expand_home(options.target))
    found = packing.unpack(path, open_store(options.runs))
    for notice in found.notices:
        print(f"mlcore: {notice}", file=sys.stderr)
    if options.json:
        print_json({"run": found.run, "original": found.original})
    elif found.run == found.original:
        print(f"run {found.run} is here")
    else:
        print(f"run {found.run} is here; there was a run {found.original} already")
    return 0
