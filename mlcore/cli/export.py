"""`mlcore export`: a trained model as a file for other programs, or the code of a run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mlcore.cli.arguments import read
from mlcore.cli.common import (
    ForceOption,
    JsonOption,
    RunsOption,
    named_checkpoint,
    named_run,
    new_file,
    report_damage,
)
from mlcore.cli.files import data_root_of, data_values
from mlcore.cli.layout import print_json
from mlcore.cli.options import POSITIONAL, argument, switch, text
from mlcore.errors import SettingsError
from mlcore.export.code import command, notebook, recipe_of, script
from mlcore.export.formats import CODE_FORMATS, FORMATS, Format, find_format
from mlcore.files import write_atomically
from mlcore.rules import Value
from mlcore.runs import History
from mlcore.words import file_size

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint
    from mlcore.data.tensors import Dataset

__all__ = ["run"]

_SETTINGS = ("data.name", "data.root", "data.mean", "data.std", "model.activation")
_ALL = {**FORMATS, **CODE_FORMATS}
_FORMATS = "{" + ",".join(_ALL) + "}"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Write a model as a full checkpoint, weights alone, safetensors, ONNX or torch.export.

    Or write the code of a run, as a script or a notebook in plain PyTorch, which gives its losses
    to the last digit on the CPU; a command is printed. A run that was resumed begins with the
    checkpoint that it was resumed from, or with --whole at its own beginning.

    ONNX and torch.export files take pixels from 0 to 1, (batch, 1, 28, 28), and normalise them
    themselves; they answer with log-probabilities, or logits where the loss was cross_entropy.
    They are compared with the model before they are written: on the whole test set where it is on
    disk. The settings below belong to these two: they say what a checkpoint file does not state.
    """

    target: Annotated[str, POSITIONAL, argument("checkpoint file, or a run", "CHECKPOINT")] = ""
    format: Annotated[str, text("form of the file", "weights", _FORMATS)] = "weights"
    checkpoint: Annotated[str, text("of a run: last, best or a step", "last", "WHICH")] = "last"
    output: Annotated[str, text("file to write", "named after run and step", "FILE")] = ""
    whole: Annotated[bool, switch("the code of a resumed run from its own beginning")] = False
    force: ForceOption = False
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Export a checkpoint, or the code of a run."""
    options, given = read("export", Options, argv, settings=_SETTINGS)
    form = find_format(options.format, _ALL)
    if form.name in CODE_FORMATS:
        return _code(options, given, form)
    if options.whole:
        raise _does_not_apply("whole", form)
    form.check()
    source = named_checkpoint("export", options.target, options.runs, options.checkpoint)
    target = new_file(options.output, f"{_stem(source)}{form.suffix}", force=options.force)

    from mlcore.checkpoint import load  # loads torch
    from mlcore.export import export

    found = load(source)
    found = found.assuming(_assumed(found, given, form))
    chosen = data_root_of(options.target, options.runs) | data_values(given)
    data = _data(found, chosen) if form.runs else None
    compared = export(found, source, target, form.name, data)
    about = {"file": str(target), "format": form.name, "bytes": target.stat().st_size, **compared}
    if options.json:
        print_json(about)
    else:
        print(_words(about, data))
    return 0


def _code(options: Options, given: Mapping[str, Value], form: Format) -> int:
    """Write the code of a run; a command is printed unless a file is named."""
    for name in ("checkpoint",) if options.checkpoint != "last" else given:
        raise _does_not_apply(name, form)
    history = History(named_run("export", options.target, options.runs))
    history.refresh()
    report_damage(history.folder)
    recipe = recipe_of(history, whole=options.whole or form.name == "command")
    text = {"script": script, "notebook": notebook, "command": command}[form.name](recipe)
    about: dict[str, Any] = {"run": history.folder.id, "format": form.name}
    if form.name == "command" and not options.output:
        if options.json:
            print_json({**about, "command": text})
        else:
            print(text, end="")
        return 0
    target = new_file(options.output, f"{history.folder.id}{form.suffix}", force=options.force)
    write_atomically(target, text)
    about |= {"file": str(target), "bytes": target.stat().st_size}
    if options.json:
        print_json(about)
    else:
        print(_words(about, None))
    return 0


def _does_not_apply(name: str, form: Format) -> SettingsError:
    return SettingsError(
        "`--{name}` does not apply to {format}: leave it out.", name=name, format=form.title
    )


def _stem(source: Path) -> str:
    """Run and step where the file is a run's, else the file's own name."""
    if source.parent.name == "checkpoints" and (source.parent.parent / "config.json").is_file():
        return f"{source.parent.parent.resolve().name}-{source.stem}"
    return source.stem


def _assumed(found: Checkpoint, given: Mapping[str, Value], form: Format) -> dict[str, Value]:
    """What holds where the file states nothing; what is assumed is printed."""
    stated = {
        "model.activation": found.config is not None,
        "data.mean": found.data is not None,
        "data.std": found.data is not None,
    }
    for name in given:
        if not form.runs:
            raise _does_not_apply(name, form)
        if stated.get(name):
            raise SettingsError(
                "`--{name}` is stated in the checkpoint itself: leave it out.", name=name
            )
    assumed = {name.partition(".")[2]: given[name] for name in stated if name in given}
    if form.runs and not assumed:
        for sentence in found.assumed:
            print(f"mlcore: Assumed: {sentence}", file=sys.stderr)
    return assumed


def _data(found: Checkpoint, chosen: Mapping[str, Value]) -> Dataset | None:
    """The data set that the model was trained on, or the one chosen, where it is on disk."""
    if found.data is None and "name" not in chosen:
        return None
    from mlcore.testing import data_config, data_on_disk

    return data_on_disk(data_config(found, chosen))


def _words(about: dict[str, Any], data: Dataset | None) -> str:
    line = f"{about['file']} ({file_size(about['bytes'])})"
    if "images" not in about:
        return line
    images = f"test images of {data.name}" if data else "images of noise"
    return (
        f"{line}: on {about['images']:,} {images} it names the class that torch names "
        f"{about['same_class']:,} times; outcomes differ by {about['largest_difference']:.1e} "
        "at most"
    )
