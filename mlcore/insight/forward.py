"""One pass of a checkpoint over the test images, and over images held out of its training."""

from __future__ import annotations

import torch

from mlcore.checkpoint import Checkpoint, build_model
from mlcore.config import DataConfig, data_root
from mlcore.data import RawData, load_raw
from mlcore.data.tensors import Dataset, Split, load, split_indices
from mlcore.insight.answers import Answers
from mlcore.model import MLP
from mlcore.testing import held_out

__all__ = ["answers_of", "answers_of_checkpoint", "answers_on_test"]

_BATCH = 1000  # images of one forward pass
VALIDATION_IMAGES = 5_000  # at most; more would not change a temperature's third digit


def answers_of(model: MLP, split: Split, data: Dataset) -> Answers:
    """Logits of a model for every image of a split, in their order.

    Args:
        model: on the device of the images; it is put into `eval()` for the pass.
        split: images `(N, 784)` and labels `(N,)`.
        data: its normalisation is used for images kept as bytes.

    Raises:
        CheckpointError: the model's answers are not finite.
    """
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            parts = (
                data.inputs(split.images[start : start + _BATCH])
                for start in range(0, len(split), _BATCH)
            )
            logits = torch.cat([model.logits(part) for part in parts])  # (N, C)
    finally:
        model.train(training)
    return Answers(logits.float().cpu().numpy(), split.labels.cpu().numpy())


def answers_of_checkpoint(
    found: Checkpoint,
    config: DataConfig,
    *,
    device: torch.device | str = "cpu",
    raw: RawData | None = None,
) -> dict[str, Answers]:
    """What a checkpoint answers on the test images, "test", and on held-out ones, "validation".

    The second are those that its run held out, where the file says so; where it says that none
    were, there are none. For other data and for files that do not say, they are the last of the
    training images in the order of seed 0.

    Args:
        found: the checkpoint.
        config: what `mlcore.testing.data_config` gave.
        device: where to compute.
        raw: the data, where it has been read before.

    Raises:
        CheckpointError: the model has another number of classes or an activation of its own, or
            its answers are not finite.
        DataError: the data set cannot be read.
    """
    raw = raw or load_raw(config.name, data_root(config))
    model, data = prepared(found, config, device, raw)
    splits = {"test": answers_of(model, data.test, data)}
    validation = _validation(found, raw, device)
    if validation is not None:
        splits["validation"] = answers_of(model, validation, data)
    return splits


def answers_on_test(
    found: Checkpoint,
    config: DataConfig,
    *,
    device: torch.device | str = "cpu",
    raw: RawData | None = None,
) -> Answers:
    """What a checkpoint answers on the test images alone; the rest as `answers_of_checkpoint`."""
    model, data = prepared(found, config, device, raw)
    return answers_of(model, data.test, data)


def prepared(
    found: Checkpoint, config: DataConfig, device: torch.device | str, raw: RawData | None
) -> tuple[MLP, Dataset]:
    """The model of a checkpoint, in float32, and the data that it is tested on.

    Raises:
        CheckpointError: it has another number of classes, or an activation of its own.
        DataError: the data set cannot be read.
    """
    found.check_certain()
    data = load(config, 0, device, raw)
    found.check_classes(data)
    return build_model(found).float().to(device), data


def _validation(found: Checkpoint, raw: RawData, device: torch.device | str) -> Split | None:
    """Images that the model was not trained on, as far as its file tells."""
    trained = found.config
    if trained is None or trained.data.name != raw.name:
        return held_out(raw, device)
    if not trained.data.validation:
        return None
    count = min(trained.data.train_limit or len(raw.train), len(raw.train))
    wanted = min(trained.data.validation, count)
    _, rows = split_indices(count, wanted, trained.train.seed)  # (wanted,)
    return held_out(raw, device, rows[:VALIDATION_IMAGES])
