"""`mlcore inspect`: what is in a checkpoint file, before anything of it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlcore.cli.arguments import read
from mlcore.cli.common import CheckpointArgument, JsonOption, RunsOption, named_checkpoint
from mlcore.cli.layout import print_json, table
from mlcore.words import file_size

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Say what is in a checkpoint file: form, architecture, tensors, settings, what is missing."""

    target: CheckpointArgument = ""
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Inspect a checkpoint; nothing in it is run."""
    options, _ = read("inspect", Options, argv)
    path = named_checkpoint("inspect", options.target, options.runs)

    from mlcore.checkpoint import inspect  # loads torch

    found = inspect(path)
    if options.json:
        print_json({"file": str(path), **found})
    else:
        print(f"{path}\n{_report(found)}")
    return 0


def _report(found: dict[str, Any]) -> str:
    data = found["data"]
    facts = {
        "form": f"{found['form_words']} ({found['container']}, {file_size(found['size'])})",
        "model": f"{found['architecture']}; {found['parameters']:,} parameters",
        "trained": _progress(found),
        "optimizer": found["optimizer"],
        "data set": data and f"{data['name']}, mean {data['mean']:g}, std {data['std']:g}",
        "versions": ", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        "sha256": found["sha256"],
    }
    lines = [f"{name:<10} {fact}" for name, fact in facts.items() if fact]
    rows = [
        (
            tensor["name"],
            tensor["dtype"],
            " × ".join(map(str, tensor["shape"])) or "scalar",
            *(f"{tensor[key]:.4g}" for key in ("min", "max", "norm")),
        )
        for tensor in found["tensors"]
    ]
    lines += ["", table(("tensor", "type", "shape", "min", "max", "norm"), rows, left=2)]
    notes = [*found["warnings"], *found["missing"], *(f"Assumed: {x}" for x in found["assumed"])]
    return "\n".join([*lines, *([""] if notes else []), *map(str, notes)])


def _progress(found: dict[str, Any]) -> str:
    parts = [f"{key} {found[key]:,}" for key in ("epoch", "step") if found[key] is not None]
    if found["loss"] is not None:
        parts.append(f"loss {found['loss']:.4f}")
    return ", ".join(parts)
