"""`load`: from a path to a checked `Checkpoint`, or one sentence why not.

The order, each step on what the one before has vouched for: size and kind of the file; its
container's directory; the pickle, noted but never run; form; architecture by shapes; only then
the numbers, read into memory of just their size; finite values; settings and resume state.
`torch.load` is never called: what a stranger wrote is data here, in every step.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.architecture import Architecture, infer_architecture
from mlcore.checkpoint.departures import keeps_parameters
from mlcore.checkpoint.format import Checkpoint
from mlcore.checkpoint.forms import RawCheckpoint, recognise
from mlcore.checkpoint.module_hints import ModuleHints, read_hints
from mlcore.checkpoint.normalisation import read_normalisation
from mlcore.checkpoint.notices import assumed, warnings
from mlcore.checkpoint.progress import read_progress
from mlcore.checkpoint.state import ResumeState, read_full_state, read_tutorial_state
from mlcore.checkpoint.stated import read_config, read_data, read_versions
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.containers import read_contents
from mlcore.checkpoint.untrusted.source import Source, open_source
from mlcore.checkpoint.untrusted.tensor_reader import TensorReader, one_thread
from mlcore.checkpoint.weights import file_dtypes, read_weights
from mlcore.config import ModelConfig, RunConfig
from mlcore.errors import CheckpointError
from mlcore.model import DTYPES, MLP

__all__ = ["build_model", "load", "read"]


def load(
    path: str | os.PathLike[str],
    *,
    map_location: str | torch.device = "cpu",
    max_bytes: int = limits.MAX_BYTES,
) -> Checkpoint:
    """Read a checkpoint of any common form, whatever the file's name, also from a stranger.

    Args:
        path: the file.
        map_location: device for the model's tensors; those of `state` stay on the CPU, from
            where the trainer takes them to any device.
        max_bytes: largest file that is read, and the most its tensors may take in memory;
            `limits.UPLOAD_BYTES` is the measure for strangers' files.

    Raises:
        CheckpointError: the file is refused; nothing of it has been used.
    """
    with open_source(Path(path), max_bytes) as source:
        return read(source, map_location=map_location, max_bytes=max_bytes)


def read(
    source: Source, *, map_location: str | torch.device = "cpu", max_bytes: int = limits.MAX_BYTES
) -> Checkpoint:
    """`load` for a file that is already open."""
    try:
        with one_thread():
            return _read(source, map_location, max_bytes)
    except MemoryError:
        raise _no_memory() from None
    except RuntimeError as error:
        if "allocate memory" in str(error) or "out of memory" in str(error):
            raise _no_memory() from None
        raise


def build_model(checkpoint: Checkpoint) -> MLP:
    """The model of a checkpoint, with weights of its own; draws no random number."""
    loss = checkpoint.config.train.loss if checkpoint.config else "nll"
    with torch.device("meta"):
        model = MLP(
            checkpoint.model_config,
            outputs=checkpoint.outputs,
            log_probabilities=loss == "nll",
        )
    weights = {name: tensor.clone() for name, tensor in checkpoint.model.items()}
    model.load_state_dict(weights, assign=True)
    return model


def _read(source: Source, map_location: str | torch.device, max_bytes: int) -> Checkpoint:
    contents = read_contents(source)
    raw = recognise(contents)
    ordered = contents.container != "safetensors"
    found = infer_architecture(raw.model, ordered=ordered, module=raw.module)
    config = None if raw.config is None else read_config(raw.config)
    hints = read_hints(raw.module)
    model_config = _model_config(config, found, hints)
    reader = TensorReader(source, contents, max_bytes)
    kept = config.train.dtype if config else "float32"
    model = read_weights(reader, found, DTYPES[kept])
    progress, left_out = read_progress(raw, reader)
    resume = _resume(raw, found, reader, model, config, progress)
    data = read_data(raw.data, found.outputs)
    normalisation = read_normalisation(raw, found, reader, config, data)
    device = torch.device(map_location)
    return Checkpoint(
        form=raw.form,
        container=contents.container,
        config=config,
        model_config=model_config,
        pickled=raw.module is not None,
        activation_known=config is not None or hints.activation is not None,
        doubt=hints.doubt if found.hidden and config is None else None,
        outputs=found.outputs,
        mean=normalisation.mean,
        std=normalisation.std,
        normalisation_named=normalisation.named,
        model={name: tensor.to(device) for name, tensor in model.items()},
        dtypes=file_dtypes(found),
        optimizer=resume.optimizer,
        problem=resume.problem,
        state=resume.snapshot,
        **progress,
        data=data,
        versions=read_versions(raw.versions),
        assumed=(*resume.assumed, *assumed(raw, found, hints, normalisation)),
        warnings=(
            *warnings(raw, found, normalisation, kept),
            *left_out,
            *filter(None, resume.warnings),
        ),
    )


def _resume(
    raw: RawCheckpoint,
    found: Architecture,
    reader: TensorReader,
    model: Mapping[str, Tensor],
    config: RunConfig | None,
    progress: Mapping[str, Any],
) -> ResumeState:
    if raw.optimizer is not None and raw.form != "full" and not keeps_parameters(found):
        return ResumeState(
            problem=CheckpointError(
                "The optimizer in the file goes with its layers as they are there, and cannot be "
                "continued with those here. Use the weights alone to start a new run."
            )
        )
    optimizer = reader.values(raw.optimizer)
    if raw.form == "full":
        return read_full_state(reader.values(raw.trainer), optimizer, model, config, progress)
    return read_tutorial_state(optimizer, model, progress, _sources(found))


def _sources(found: Architecture) -> dict[str, str]:
    """Name of a weight in the file → its name here, in the file's order."""
    ours = {layer.linear.name: f"fc{number}" for number, layer in enumerate(found.layers, start=1)}
    for number, layer in enumerate(found.layers, start=1):
        ours |= {norm.name: f"bn{number}" for norm in layer.after}
    return {
        f"{name}.{field}": f"{ours[name]}.{field}"
        for name in found.file_order
        for field in ("weight", "bias")
        if name in ours
    }


def _model_config(config: RunConfig | None, found: Architecture, hints: ModuleHints) -> ModelConfig:
    inferred = found.model_config()
    if config is None:
        return hints.complete(inferred)
    stated = config.model
    if (stated.hidden, stated.batch_norm) != (inferred.hidden, inferred.batch_norm):
        raise CheckpointError(
            "The settings in the file speak of hidden layers {stated}, batch norm {stated_norm}, "
            "but its tensors have {found}, batch norm {found_norm}: the file is damaged.",
            stated=str(list(stated.hidden)),
            stated_norm=stated.batch_norm,
            found=str(list(inferred.hidden)),
            found_norm=inferred.batch_norm,
        )
    return stated


def _no_memory() -> CheckpointError:
    return CheckpointError(
        "The file needs more memory than may be used for it: "
        "save the weights alone, without the optimizer."
    )
