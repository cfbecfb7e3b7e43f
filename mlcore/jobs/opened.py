"""A model and its data, as a short job is asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint import Checkpoint
from mlcore.config import RunConfig, data_root
from mlcore.data import RawData, load_raw
from mlcore.data.tensors import Dataset
from mlcore.errors import CheckpointError, SettingsError
from mlcore.insight.forward import prepared
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.kept import content_key
from mlcore.jobs.reading import load_checkpoint
from mlcore.model import MLP
from mlcore.testing import data_config

__all__ = ["OpenedModel", "image_number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedModel:
    """The model that a request asks about.

    Attributes:
        found: its checkpoint.
        model: the network, on the CPU.
        data: the data set that it is looked at with.
        raw: the same, with all training images.
        key: what the content of checkpoint and data set is called in a cache.
    """

    found: Checkpoint
    model: MLP
    data: Dataset
    raw: RawData
    key: str

    @classmethod
    def at(cls, request: Mapping[str, Any], cache: DataCache) -> OpenedModel:
        """Read the checkpoint at "checkpoint", with "data", "assumed" and "untrusted".

        Raises:
            CheckpointError: it is refused, or has another number of classes.
            DataError: the data set cannot be read.
        """
        found = load_checkpoint(request).assuming(request.get("assumed") or {})
        chosen = {name: value for name, value in (request.get("data") or {}).items() if value}
        config = data_config(found, chosen)
        raw = cache.get(RunConfig(data=config)) or load_raw(config.name, data_root(config))
        model, data = prepared(found, config, "cpu", raw)
        about = found.model_config.activation, data.mean, data.std, raw.fingerprint
        key = content_key(Path(request["checkpoint"]), *about)
        return cls(found=found, model=model, data=data, raw=raw, key=key)

    @classmethod
    def if_there(
        cls, request: Mapping[str, Any], path: str, cache: DataCache
    ) -> OpenedModel | None:
        """The same for the checkpoint at `path`; None where the file is gone.

        Raises:
            CheckpointError, DataError: as `at`.
        """
        try:
            return cls.at({**request, "checkpoint": path}, cache)
        except (CheckpointError, OSError):
            if Path(path).exists():
                raise
            return None

    def image(self, request: Mapping[str, Any]) -> Tensor:
        """The image that is asked for, `(784,)` bytes: "pixels", or number "image" of the test.

        Raises:
            SettingsError: there is no such image.
        """
        if (pixels := request.get("pixels")) is not None:
            return torch.tensor(pixels, dtype=torch.uint8).reshape(-1)
        return self.data.test.images[image_number(self.data, request["image"])]


def image_number(data: Dataset, asked: Any) -> int:
    """The number of a test image.

    Args:
        data: the data set.
        asked: what a request says.

    Raises:
        SettingsError: there is no such image.
    """
    index, count = int(asked), len(data.test)
    if not 0 <= index < count:
        raise SettingsError(
            "There is no test image {index:,}: {title} has 0 to {last:,}.",
            index=index,
            title=data.title,
            last=count - 1,
        )
    return index
