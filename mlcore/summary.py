"""What a model is made of, from its settings alone: layers, shapes, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mlcore.config import PIXELS, ModelConfig

__all__ = ["FLOAT_BYTES", "LayerSummary", "ModelSummary", "summarize"]

FLOAT_BYTES: Mapping[str, int] = MappingProxyType({"float32": 4, "float64": 8})
"""Kind of number → bytes of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSummary:
    """One layer of the model, in the order of the forward pass."""

    name: str  # as in the state dict ("fc1", "bn1"); "" where a layer has no state
    kind: str  # "linear", "batch norm", "dropout", "log_softmax" or the activation's name
    shape_in: tuple[int, ...]  # of one image, batch left out
    shape_out: tuple[int, ...]
    parameters: int  # trainable numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSummary:
    """All layers, and what they add up to."""

    layers: tuple[LayerSummary, ...]
    parameters: int  # trainable numbers
    bytes: int  # memory of parameters and buffers


def summarize(
    config: ModelConfig,
    outputs: int,
    inputs: int = PIXELS,
    log_probabilities: bool = True,
    dtype: str = "float32",
) -> ModelSummary:
    """The layers of the MLP that these settings build.

    Args:
        config: widths, activation, dropout, batch normalisation.
        outputs: number of classes.
        inputs: pixels of one image.
        log_probabilities: whether the model ends in a log_softmax, as it does with the nll loss.
        dtype: kind of its numbers.
    """
    layers: list[LayerSummary] = []
    size = FLOAT_BYTES[dtype]
    width = inputs
    for number, units in enumerate(config.hidden, start=1):
        layers.append(_linear(number, width, units))
        if config.batch_norm:
            layers.append(_same(f"bn{number}", "batch norm", units, parameters=2 * units))
        layers.append(_same("", config.activation, units))
        if config.dropout:
            layers.append(_same("", "dropout", units))
        width = units
    layers.append(_linear(len(config.hidden) + 1, width, outputs))
    if log_probabilities:
        layers.append(_same("", "log_softmax", outputs))
    parameters = sum(layer.parameters for layer in layers)
    # Each batch norm also keeps a running mean and variance per unit, and an int64 count.
    buffers = sum(2 * units * size + 8 for units in config.hidden if config.batch_norm)
    return ModelSummary(
        layers=tuple(layers), parameters=parameters, bytes=parameters * size + buffers
    )


def _linear(number: int, inputs: int, outputs: int) -> LayerSummary:
    return LayerSummary(
        name=f"fc{number}",
        kind="linear",
        shape_in=(inputs,),
        shape_out=(outputs,),
        parameters=inputs * outputs + outputs,  # weights and biases
    )


def _same(name: str, kind: str, units: int, parameters: int = 0) -> LayerSummary:
    """A layer whose output has the shape of its input."""
    return LayerSummary(
        name=name, kind=kind, shape_in=(units,), shape_out=(units,), parameters=parameters
    )
