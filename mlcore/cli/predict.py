"""`mlcore predict`: what a model makes of image files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from mlcore.checkpoint.untrusted.source import noting_file
from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, RunsOption, named_checkpoint
from mlcore.cli.foreign import assumptions, check_said, said_of
from mlcore.cli.layout import print_json
from mlcore.cli.main import BAD_INPUT
from mlcore.cli.options import POSITIONAL, argument, switch, text
from mlcore.config import SIDE
from mlcore.errors import ImageError, SettingsError
from mlcore.files import expand_home
from mlcore.words import probability

__all__ = ["run"]

_SETTINGS = ("data.mean", "data.std", "model.activation")
_NAMED = 3  # of the likeliest classes, in a line for people


@dataclass(frozen=True, kw_only=True)
class Options:
    """Say what images show: PNG, JPEG, WebP, BMP or GIF of any size and mode.

    Each is prepared as MNIST was: grey, inverted where the paper is light, cropped to what is
    written, fitted into 20 x 20 pixels and centred by its mass in 28 x 28. A file that cannot be
    read is a sentence on standard error and exit status 2; the others are answered all the same.
    """

    images: Annotated[tuple[str, ...], POSITIONAL, argument("image files", "IMAGE")] = ()
    checkpoint: Annotated[
        str, text("checkpoint file, or a run, whose last one is taken", "none", "FILE_OR_RUN")
    ] = ""
    raw: Annotated[
        bool,
        switch(
            "leave the preparation out: the images are white ink on black as in the data set; "
            "only resized to 28 x 28 where they have another size, and pixels / 255 as ToTensor "
            "gives them"
        ),
    ] = False
    runs: RunsOption = ""
    json: JsonOption = False


@dataclass(frozen=True, kw_only=True)
class _Image:
    file: str
    pixels: NDArray[np.uint8]  # (28, 28)
    inverted: bool


def run(argv: Sequence[str]) -> int:
    """Predict the class of each image; all of them in one forward pass."""
    options, given = read("predict", Options, argv, settings=_SETTINGS)
    if not options.images:
        raise SettingsError(
            "`mlcore predict` needs an image: `mlcore predict seven.png --checkpoint RUN`."
        )
    if not options.checkpoint:
        raise SettingsError(
            "`mlcore predict` needs a model: name a checkpoint file or a run with `--checkpoint`; "
            "`mlcore runs` lists the runs."
        )
    path = named_checkpoint("predict", options.checkpoint, options.runs)

    from mlcore.checkpoint import load  # loads torch
    from mlcore.insight.prediction import predict

    with noting_file(path):
        found = load(path)
        check_said(found, given)
        found = found.assuming(said_of(given))
        found.check_certain()
    for line in assumptions(found):
        print(f"mlcore: {line}", file=sys.stderr)
    images = [image for file in options.images if (image := _read(file, raw=options.raw))]
    if images:
        with noting_file(path):
            chances = predict(found, np.stack([image.pixels for image in images]))  # (N, C)
        classes = found.data["classes"] if found.data else [str(n) for n in range(found.outputs)]
        for image, row in zip(images, chances.tolist(), strict=True):
            _print(image, row, classes, as_json=options.json)
    return 0 if len(images) == len(options.images) else BAD_INPUT


def _read(file: str, *, raw: bool) -> _Image | None:
    """An image as the model takes it; None, and a sentence, where it cannot be used."""
    from mlcore.insight.drawing import prepare, resize
    from mlcore.insight.image_file import read_grey

    try:
        grey = read_grey(expand_home(Path(file)))
        if raw:
            small = grey if grey.shape == (SIDE, SIDE) else resize(grey, SIDE, SIDE)
            return _Image(file=file, pixels=small, inverted=False)
        drawing = prepare(grey)
    except ImageError as error:
        named = str(error) if file in str(error) else f"{file}: {error}"
        print(f"mlcore: {' '.join(named.split())}", file=sys.stderr)
        return None
    return _Image(file=file, pixels=drawing.image, inverted=drawing.inverted)


def _print(image: _Image, chances: list[float], classes: Sequence[str], *, as_json: bool) -> None:
    order = sorted(range(len(chances)), key=lambda index: -chances[index])
    if as_json:
        print_json(
            {
                "file": image.file,
                "predicted": order[0],
                "probabilities": chances,
                "inverted": image.inverted,
            }
        )
        return
    named = ", ".join(f"{classes[index]} {probability(chances[index])}" for index in order[:_NAMED])
    print(f"{image.file}: {named}{' (inverted)' if image.inverted else ''}")
