"""`mlcore replay`: train a run again from its record, and compare every step."""

from __future__ import annotations

import importlib.metadata
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlcore.cli.arguments import read
from mlcore.cli.common import RunOptions, named_run, report_damage
from mlcore.cli.files import bring_data
from mlcore.cli.layout import LiveLine, print_json
from mlcore.cli.main import FAILED
from mlcore.runs import RunFolder
from mlcore.words import counted

if TYPE_CHECKING:
    from mlcore.replay import Replay

__all__ = ["replay_record", "run"]


@dataclass(frozen=True, kw_only=True)
class Options(RunOptions):
    """Train a run again from its record and say whether every loss is the same to the last bit.

    It starts from the run's seed (a fork: from the file it began with), with the run's edits at
    their steps, up to its last step. The run's folder stays as it is.
    """


def run(argv: Sequence[str]) -> int:
    """Replay a run; 1 where it differs from its record."""
    options, _ = read("replay", Options, argv)
    folder = named_run("replay", options.target, options.runs)
    report_damage(folder)
    bring_data(folder.config.data, {})

    from mlcore.replay import replay  # loads torch

    line = LiveLine(sys.stderr)
    try:
        found = replay(folder, lambda done, of: line.draw(f"step {done:,} of {of:,}"))
    finally:
        line.clear()
    if options.json:
        print_json({"run": folder.id, **replay_record(found), "versions": _versions(folder)})
    else:
        print(_words(folder, found))
    return 0 if found.equal else FAILED


def _words(folder: RunFolder, found: Replay) -> str:
    """The result, as a sentence or two."""
    from mlcore.replay import verdict  # loads torch

    text = str(verdict(folder, found)).rstrip(".")
    if found.equal:
        return f"{text} ({_about(found)})"
    if found.gap is None and found.difference is not None and found.difference.reason:
        text += f". {found.difference.reason}"
    versions = _versions(folder)
    if versions["recorded"] != versions["here"]:
        text += f" (recorded with torch {versions['recorded']}, here is {versions['here']})"
    return text


def _about(found: Replay) -> str:
    about = [counted(found.edits, "edit"), found.device]
    if found.device == "cpu":
        about.append(counted(found.threads, "thread"))
    about.append(f"{found.seconds:.1f} s")
    if found.unknown:
        about.append(f"{found.unknown:,} losses are not in the record")
    return ", ".join(about)


def replay_record(found: Replay) -> dict[str, Any]:
    """The result as a JSON object; null stands for a loss that is not finite, as in the history."""
    record = {"equal": found.equal, **asdict(found)}
    if (difference := found.difference) is not None:
        record["difference"] = {
            "step": difference.step,
            "recorded": _finite(difference.recorded),
            "replayed": _finite(difference.replayed),
            "reason": "" if difference.reason is None else str(difference.reason),
        }
    return record


def _finite(loss: float | None) -> float | None:
    return loss if loss is not None and math.isfinite(loss) else None


def _versions(folder: RunFolder) -> dict[str, Any]:
    """The version of torch that the run was made with, and the one installed here."""
    recorded = folder.meta["versions"].get("torch")
    return {"recorded": recorded, "here": importlib.metadata.version("torch")}
