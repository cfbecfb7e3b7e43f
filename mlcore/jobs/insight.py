"""The short jobs that look into a model: one image, one unit, what it has learned, its epochs.

Each takes "checkpoint", and "data", "assumed" and "untrusted" as an evaluation does. What is large
comes as a plain .npz file in the job's folder.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.errors import CheckpointError
from mlcore.insight import saliency
from mlcore.insight.epochs import MOST_UNITS, Frame, frame
from mlcore.insight.flip import flip
from mlcore.insight.neighbours import hidden_of, nearest, within_bounds
from mlcore.insight.path import LayerValues, unit_sum, walk
from mlcore.insight.projection import MOST_POINTS, along, principal_components, tsne
from mlcore.insight.weights import dead_units, first_layer, layer_norms, silence_of
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.kept import Kept
from mlcore.jobs.opened import OpenedModel
from mlcore.testing import held_out

__all__ = ["INSIGHT_HANDLERS"]

_NEAREST = 8  # training images that are named
_MOST_WEIGHTS = 256  # units of the first layer that are handed out, those of the largest norm


def look_at_image(request: Mapping[str, Any], job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """Why the model answers so to one image: "image" of the test set, or "pixels" (784 bytes).

    "target" is the class that saliency explains (the answer by default), "to" the class that the
    image is flipped to (the nearest by default).
    """
    opened = OpenedModel.at(request, cache)
    model, data = opened.model, opened.data
    pixels = opened.image(request)
    inputs = data.inputs(pixels)  # (784,)
    layers = walk(model, inputs)
    logits = layers[-1].outputs[0]  # (C,)
    predicted = int(logits.argmax())
    target = predicted if request.get("target") is None else int(request["target"])
    black = saliency.black_of(data.mean, data.std)
    arrays = {
        "pixels": pixels.numpy(),
        "gradient": saliency.gradient_times_input(model, inputs, target, black)[0].numpy(),
        "integrated": saliency.integrated_gradients(model, inputs, target, black)[0].numpy(),
        **_layer_arrays(layers),
    }
    found = flip(model, pixels, data.mean, data.std, to=request.get("to"))
    return {
        "file": _written(job, "image", arrays),
        "predicted": predicted,
        "target": target,
        "logits": logits.tolist(),
        "probabilities": logits.softmax(0).tolist(),
        "layers": [layer.name for layer in layers],
        "flip": None if found is None else dataclasses.asdict(found),
        **_neighbours(opened, layers[-1].inputs[0], job),
    }


def look_at_unit(request: Mapping[str, Any], _job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """The sum that gives the number of "unit" (from 0) in "layer" (from 1) for one image."""
    opened = OpenedModel.at(request, cache)
    inputs = opened.data.inputs(opened.image(request))
    found = unit_sum(opened.model, inputs, int(request["layer"]), int(request["unit"]))
    return dataclasses.asdict(found)


def look_at_weights(request: Mapping[str, Any], job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """What the model has learned: first-layer weights, dead units, norms, principal components."""
    opened = OpenedModel.at(request, cache)
    model, data, raw = opened.model, opened.data, opened.raw
    batch = held_out(raw, "cpu", torch.arange(min(1_000, len(raw.train))))
    norms = layer_norms(model, batch.images, batch.labels, data)
    first = first_layer(model)
    units = first.norms.argsort(descending=True, stable=True)[:_MOST_WEIGHTS]
    images, labels = data.test.images[:MOST_POINTS], data.test.labels[:MOST_POINTS]
    layers = walk(model, data.inputs(images))
    found = principal_components(layers[-1].inputs, labels)
    arrays = {
        "units": units.numpy(),
        "weights": first.weights[units].numpy(),
        "norms": first.norms[units].numpy(),
        "classes": first.classes[units].numpy(),
        "xy": found.xy.numpy().astype(np.float32),
        "labels": labels.numpy(),
        "predicted": layers[-1].outputs.argmax(1).numpy(),
    }
    return {
        "file": _written(job, "learned", arrays),
        "units": len(first.norms),
        "layers": [dataclasses.asdict(layer) for layer in norms],
        "batch": len(batch),
        "dead": [dataclasses.asdict(one) for one in dead_units(model, data.test.images, data)],
        "silence": silence_of(model.config.activation),
        "activation": model.config.activation,
        "explained": list(found.explained),
    }


def project(request: Mapping[str, Any], job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """The last hidden layer in two dimensions by t-SNE; reports how far it is."""
    opened = OpenedModel.at(request, cache)

    def make() -> Mapping[str, NDArray[Any]]:
        hidden = hidden_of(opened.model, opened.data.test.images[:MOST_POINTS], opened.data)

        def report(done: int, total: int) -> None:
            job.report({"done": done, "total": total})

        return {"xy": tsne(hidden.numpy(), report)}

    return {"file": _written(job, "tsne", _kept(job).get(f"tsne-{opened.key}", make))}


def look_at_epochs(request: Mapping[str, Any], job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """Frames of the "checkpoints" of a run, in their order; those that are gone are left out."""
    frames: list[Frame] = []
    held: list[int] = []  # which of the checkpoints they are
    paths = [str(path) for path in request["checkpoints"]]
    labels: list[int] = []
    for number, path in enumerate(paths):
        job.report({"done": number, "total": len(paths)})
        if (opened := OpenedModel.if_there(request, path, cache)) is None:
            continue
        made = _kept(job).get(f"frame-{opened.key}", _maker(opened))
        labels = opened.data.test.labels[:MOST_POINTS].tolist()
        one = Frame.from_arrays(made)
        if math.isfinite(one.loss):
            frames.append(one)
            held.append(number)
    if not frames:
        raise CheckpointError("The run keeps no checkpoint that can be drawn: let it train on.")
    return {
        "file": _written(job, "epochs", _film(frames)),
        "held": held,
        "labels": labels,
        "loss": [one.loss for one in frames],
        "accuracy": [one.accuracy for one in frames],
    }


def _maker(opened: OpenedModel) -> Callable[[], Mapping[str, NDArray[Any]]]:
    return lambda: frame(opened.model, opened.data).arrays()


def _film(frames: list[Frame]) -> dict[str, NDArray[Any]]:
    """All frames as one array a kind: the same units in each, and no axis mirrored."""
    last = frames[-1]
    units = np.argsort(-np.linalg.norm(last.weights, axis=1), kind="stable")[:MOST_UNITS]
    xy = [last.xy]
    for one in reversed(frames[:-1]):
        xy.insert(0, along(one.xy, xy[0]))
    return {
        "units": units,
        "confusion": np.stack([one.confusion for one in frames]),
        "weights": np.stack([one.weights[units] for one in frames]),
        "xy": np.stack(xy),
        "probabilities": np.stack([one.probabilities for one in frames]),
    }


def _layer_arrays(layers: tuple[LayerValues, ...]) -> dict[str, NDArray[Any]]:
    found = {}
    for layer in layers:
        found[f"{layer.name}.sums"] = layer.sums[0].numpy()
        found[f"{layer.name}.outputs"] = layer.outputs[0].numpy()
        if layer.normed is not None:
            found[f"{layer.name}.normed"] = layer.normed[0].numpy()
    return found


def _neighbours(opened: OpenedModel, query: Tensor, job: JobFolder) -> dict[str, Any]:
    """The nearest training images; the layer's outputs for all of them are kept."""
    count = within_bounds(opened.model, len(opened.raw.train))

    def make() -> Mapping[str, NDArray[Any]]:
        images = held_out(opened.raw, "cpu", torch.arange(count)).images
        return {"hidden": hidden_of(opened.model, images, opened.data).numpy()}

    hidden = torch.from_numpy(_kept(job).get(f"hidden-{opened.key}", make)["hidden"])
    labels = torch.tensor(opened.raw.train.labels[:count])
    found = nearest(query, hidden, labels, _NEAREST)
    return {
        "neighbours": [dataclasses.asdict(one) for one in found],
        "looked_through": count,
        "hidden": len(opened.model.linears) > 1,
    }


def _kept(job: JobFolder) -> Kept:
    return Kept(job.path.parents[1] / ".insight")


def _written(job: JobFolder, stem: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    file = f"{stem}.npz"
    with (job.path / file).open("wb") as opened:
        np.savez(opened, **arrays)  # type: ignore[arg-type]
    return file


INSIGHT_HANDLERS: Mapping[
    str, Callable[[Mapping[str, Any], JobFolder, DataCache], dict[str, Any]]
] = {
    "image": look_at_image,
    "unit": look_at_unit,
    "learned": look_at_weights,
    "tsne": project,
    "epochs": look_at_epochs,
}
"""Kind of job → what does it."""
