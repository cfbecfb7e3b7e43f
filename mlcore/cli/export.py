"""`mlcore export`: a trained model as a file for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mlcore.cli.arguments import POSITIONAL, read, switch, text, word
from mlcore.cli.files import find_checkpoint, find_run
from mlcore.cli.layout import size
from mlcore.cli.runs import RUNS, open_store
from mlcore.config import DataConfig, data_root
from mlcore.data import status
from mlcore.errors import CheckpointError, ExportError, SettingsError
from mlcore.export.formats import FORMATS, find_format
from mlcore.runs import RunStore

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint
    from mlcore.data.tensors import Dataset

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Write a model as a full checkpoint, weights alone, safetensors, ONNX or torch.export.

    ONNX and torch.export files take pixels from 0 to 1 and normalise them themselves. They are
    compared with the model before they are written: on the whole test set where it is on disk.
    """

    target: Annotated[
        str, POSITIONAL, word("checkpoint file, or a run, whose last one is taken", "CHECKPOINT")
    ] = ""
    format: Annotated[str, text("form of the file", "weights", "{" + ",".join(FORMATS) + "}")] = (
        "weights"
    )
    output: Annotated[str, text("file to write", "named after run and step", "FILE")] = ""
    best: Annotated[bool, switch("of a run, the best checkpoint and not the last")] = False
    force: Annotated[bool, switch("replace a file that is there already")] = False
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, switch("one JSON object")] = False


def run(argv: Sequence[str]) -> int:
    """Export a checkpoint."""
    options, _ = read("export", Options, argv)
    form = find_format(options.format)
    form.check()
    if not options.target:
        raise SettingsError(
            "`mlcore export` needs a checkpoint file or a run: `mlcore runs` lists the runs."
        )
    source = _source(options, open_store(options.runs))
    target = Path(options.output or f"{_stem(source)}{form.suffix}").expanduser()
    if target.is_dir():
        target = target / f"{_stem(source)}{form.suffix}"
    if target.exists() and not options.force:
        raise ExportError(
            f"{target} is there already: name another file with `--output`, or add `--force`."
        )

    from mlcore.checkpoint import load  # loads torch
    from mlcore.export import export

    found = load(source)
    data = _data(found) if form.name in ("onnx", "pt2") else None
    told = export(found, source, target, form.name, data)
    about = {"file": str(target), "format": form.name, "bytes": target.stat().st_size, **told}
    if options.json:
        print(json.dumps(about, ensure_ascii=False))
    else:
        print(_words(about, data))
    return 0


def _source(options: Options, store: RunStore) -> Path:
    if not options.best:
        return find_checkpoint(options.target, store)
    best = find_run(options.target, store).best_checkpoint()
    if best is None:
        raise CheckpointError(
            f"No checkpoint of {options.target} is marked as the best: leave `--best` away."
        )
    return best


def _stem(source: Path) -> str:
    """Run and step where the file is a run's, else the file's own name."""
    if source.parent.name == "checkpoints" and (source.parent.parent / "config.json").is_file():
        return f"{source.parent.parent.resolve().name}-{source.stem}"
    return source.stem


def _data(found: Checkpoint) -> Dataset | None:
    """The data set that the model was trained on, where it is on disk."""
    told = found.data
    if told is None:
        return None
    root = found.config.data.root if found.config else ""
    config = DataConfig(name=told["name"], root=root, train_limit=1, batch_size=1)
    if not status(config.name, data_root(config)).usable:
        return None
    from mlcore.data.tensors import load

    return load(config, 0)


def _words(about: dict[str, Any], data: Dataset | None) -> str:
    line = f"{about['file']} ({size(about['bytes'])})"
    if "images" not in about:
        return line
    images = "test images" if data else "images of noise"
    return (
        f"{line}: on {about['images']:,} {images} it names the class that torch names "
        f"{about['same_class']:,} times; outcomes differ by {about['largest_difference']:.1e} "
        "at most"
    )
