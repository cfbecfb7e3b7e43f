"""The short jobs of the page on which a person draws."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.data.drawings import keep_drawing
from mlcore.insight.drawing import Drawing, prepare
from mlcore.insight.plain_network import plain_network
from mlcore.insight.prediction import predict
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.reading import load_checkpoint, load_image

__all__ = ["keep", "network", "predict_image"]


def network(request: Mapping[str, Any], job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """The model of the checkpoint at "checkpoint" as plain numbers, in a file of float32.

    "file" is None where the model is too large to be sent to a browser.
    """
    found = load_checkpoint(request).assuming(request.get("assumed") or {})
    plain = plain_network(found)
    about = {"mean": found.mean, "std": found.std, "outputs": found.outputs}
    if plain is None:
        return {**about, "file": None}
    file = job.path / "network.f32"
    plain.numbers.tofile(file)
    return {
        **about,
        "file": file.name,
        "widths": list(plain.widths),
        "activation": plain.activation,
    }


def predict_image(request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """What the checkpoint at "checkpoint" makes of the image at "image", step by step.

    "centre" is that of `mlcore.insight.drawing.prepare`; "black" says that the paper is.
    """
    drawing = _prepared(request, load_image(request))
    found = load_checkpoint(request).assuming(request.get("assumed") or {})
    return {
        "steps": [
            {
                "name": step.name,
                "rows": step.image.shape[0],
                "columns": step.image.shape[1],
                "pixels": base64.b64encode(step.image.tobytes()).decode(),
            }
            for step in drawing.steps
        ],
        "inverted": drawing.inverted,
        "uneven": drawing.uneven,
        "probabilities": predict(found, drawing.image[None])[0].tolist(),
        "mean": found.mean,
        "std": found.std,
    }


def keep(request: Mapping[str, Any], _job: JobFolder, _cache: DataCache) -> dict[str, Any]:
    """Keep the image at "image" as a drawing of "label" in the data folder "root"."""
    grey = load_image(request)
    drawing = _prepared({**request, "centre": True}, grey)
    file = keep_drawing(Path(request["root"]), str(request["label"]), drawing.image, grey)
    return {"file": str(file)}


def _prepared(request: Mapping[str, Any], grey: NDArray[np.uint8]) -> Drawing:
    centre = bool(request.get("centre", True))
    return prepare(grey, centre=centre, paper="black" if request.get("black") else "find")
