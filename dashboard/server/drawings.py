"""What the server does for the page on which a person draws: short jobs, with a cache for all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server
from dashboard.server.contents import content_of

__all__ = ["kept", "network_of", "predicted"]

_SECONDS = 30.0  # that a job may take


def network_of(
    checkpoint: Path, assumed: Mapping[str, Any], *, untrusted: bool
) -> tuple[dict[str, Any], bytes]:
    """A model as plain numbers for the browser.

    Args:
        checkpoint: the file.
        assumed: "activation", "mean" and "std" where the file does not state them.
        untrusted: the file was uploaded.

    Returns:
        "mean", "std", "outputs", and where it can be sent "widths" and "activation"; its numbers,
        float32, none where it is too large.

    Raises:
        MlcoreError: the file is gone or refused, or the job died.
    """
    return _network(str(checkpoint), content_of(checkpoint), dict(assumed), untrusted)


def predicted(
    checkpoint: Path,
    image: Path,
    assumed: Mapping[str, Any],
    *,
    centre: bool,
    black: bool,
    untrusted: bool,
) -> dict[str, Any]:
    """What a model makes of an image, step by step.

    Args:
        checkpoint: the file of the model.
        image: a stranger's file.
        assumed: what the checkpoint does not say.
        centre: prepare it as MNIST was.
        black: it is known to be white ink on black.
        untrusted: the checkpoint was uploaded.

    Returns:
        "steps", "inverted", "uneven", "probabilities", "mean" and "std".

    Raises:
        MlcoreError: the image is refused or empty, the checkpoint is gone, or the job died.
    """
    request = {"centre": centre, "black": black, "untrusted": untrusted, "assumed": dict(assumed)}
    return _predicted(str(checkpoint), content_of(checkpoint), str(image), request)


def kept(image: Path, label: str, root: Path, *, black: bool) -> Path:
    """Keep an image with its label in the set of one's own; its file.

    Raises:
        MlcoreError: it is empty, or cannot be kept.
    """
    request = {"image": str(image), "label": label, "root": str(root.resolve()), "black": black}
    return Path(server.jobs().call("keep-drawing", request, timeout=_SECONDS)["file"])


@st.cache_data(max_entries=16, show_spinner=False)
def _network(
    checkpoint: str,
    content: str,  # noqa: ARG001  part of the cache key
    assumed: dict[str, Any],
    untrusted: bool,
) -> tuple[dict[str, Any], bytes]:
    request = {"checkpoint": checkpoint, "assumed": assumed, "untrusted": untrusted}
    job = server.jobs().submit("network", request)
    about = job.wait(_SECONDS)
    if about["file"] is None:
        return about, b""
    return about, job.take(str(about["file"]))


@st.cache_data(max_entries=64, show_spinner=False)
def _predicted(
    checkpoint: str,
    content: str,  # noqa: ARG001  part of the cache key
    image: str,
    request: dict[str, Any],
) -> dict[str, Any]:
    request = {**request, "checkpoint": checkpoint, "image": image}
    result: dict[str, Any] = server.jobs().call("predict", request, timeout=_SECONDS)
    return result
