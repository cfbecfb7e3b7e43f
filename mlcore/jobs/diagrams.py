"""The short jobs that draw a network: untrained, as settings make it, or as checkpoints hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.errors import CheckpointError
from mlcore.insight.diagram import Diagram
from mlcore.insight.drawn_network import Units, diagram_of, drawn_units
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.opened import OpenedModel, image_number
from mlcore.model import MLP, build
from mlcore.words import N_, NOT_FINITE

__all__ = ["draw_checkpoints", "draw_untrained"]

_NONE = N_("The run keeps no checkpoint that can be drawn: let it train on.")


def draw_untrained(request: Mapping[str, Any], _job: JobFolder, cache: DataCache) -> dict[str, Any]:
    """The network that the settings "config" begin with, and its answer to test image "image"."""
    config = RunConfig.from_json(request["config"])
    few = replace(config.data, train_limit=1, validation=0, drop_last=False, store="uint8")
    data = load(few, config.train.seed, "cpu", cache.get(config))
    image = image_number(data, request["image"])
    torch.manual_seed(config.train.seed)
    model = build(config, len(data.classes))
    return {"diagram": diagram_of(model, data, [image], step=0).to_json()}


def draw_checkpoints(
    request: Mapping[str, Any], job: JobFolder, cache: DataCache
) -> dict[str, Any]:
    """Diagrams of "checkpoints" in their order, each with what changed since the one before.

    All show the same units: "units", or the strongest of the last one. "image" is a test image;
    "data", "assumed" and "untrusted" are as for an evaluation. Checkpoints that are gone, or
    whose answer is not finite, are left out.

    Raises:
        CheckpointError: none is left, or one is refused.
    """
    paths = [str(path) for path in request["checkpoints"]]
    drawn: list[Diagram] = []
    held: list[int] = []
    finite = True
    units = _asked_units(request.get("units"))
    if units is None:
        found = (OpenedModel.if_there(request, path, cache) for path in reversed(paths))
        last = next((one for one in found if one is not None), None)
        units = None if last is None else drawn_units(last.model)
    for number, path in enumerate(paths):
        job.report({"done": number, "total": len(paths)})
        if (opened := OpenedModel.if_there(request, path, cache)) is None:
            continue
        shown = units if units and _fit(opened.model, units) else drawn_units(opened.model)
        step = opened.found.step or 0
        image = image_number(opened.data, request["image"])
        same = drawn and drawn[-1].units == shown
        before = (drawn[-1].step, drawn[-1].weights) if same else None
        made = diagram_of(opened.model, opened.data, [image], step=step, units=shown, before=before)
        if finite := made.is_finite:
            drawn.append(made)
            held.append(number)
    if not drawn:
        if finite:
            raise CheckpointError(_NONE)
        raise CheckpointError(NOT_FINITE)
    return {"diagrams": [one.to_json() for one in drawn], "held": held}


def _asked_units(asked: Sequence[Sequence[int]] | None) -> Units | None:
    return None if asked is None else tuple(tuple(int(unit) for unit in one) for one in asked)


def _fit(model: MLP, units: Units) -> bool:
    """Whether the model has these units."""
    widths = [linear.out_features for linear in model.linears]
    return len(units) == len(widths) and all(
        one and min(one) >= 0 and max(one) < width for one, width in zip(units, widths, strict=True)
    )
