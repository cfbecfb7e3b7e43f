from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import random_split
from torchvision import datasets, transforms

from mlcore.config import DataConfig
from mlcore.data import load_raw
from mlcore.data.tensors import load, normalise, split_indices
from mlcore.errors import DataMissingError, SettingsError

DIGITS = DataConfig(name="digits")


def _transform(mean: float, std: float) -> transforms.Compose:
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize((mean,), (std,))])


@settings(max_examples=200, deadline=None)
@given(mean=st.floats(-10, 10), std=st.floats(1e-3, 10))
def test_every_pixel_is_normalised_as_torchvision_does_to_the_last_bit(
    mean: float, std: float
) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    theirs = _transform(mean, std)(pixels)
    ours = normalise(torch.from_numpy(pixels), mean, std)
    assert torch.equal(ours.view(-1), theirs.view(-1))


@pytest.mark.parametrize("shape", [(0, 784), (1, 784), (513, 784), (1_030, 28, 28), (5,)])
def test_normalising_keeps_the_shape_and_every_row(shape: tuple[int, ...]) -> None:
    images = torch.randint(0, 256, shape, dtype=torch.uint8)
    result = normalise(images, 0.5, 0.5)
    assert result.shape == images.shape
    assert result.is_contiguous()
    plain = images.to(torch.float32).div(255).sub(torch.tensor(0.5)).div(torch.tensor(0.5))
    assert torch.equal(result, plain)


def test_rows_that_do_not_lie_side_by_side_are_normalised_too() -> None:
    images = torch.randint(0, 256, (784, 20), dtype=torch.uint8).T
    assert torch.equal(normalise(images, 0.5, 0.5), normalise(images.contiguous(), 0.5, 0.5))


def test_images_normalised_in_inference_mode_can_be_trained_on_afterwards() -> None:
    images = torch.randint(0, 256, (8, 784), dtype=torch.uint8)
    with torch.inference_mode():
        normalise(images, 0.25, 0.75)
    layer = torch.nn.Linear(784, 2)
    layer(normalise(images, 0.25, 0.75)).sum().backward()
    assert layer.weight.grad is not None


def test_only_bytes_are_normalised() -> None:
    with pytest.raises(TypeError, match="float32"):
        normalise(torch.zeros(2, 784), 0.5, 0.5)


def _plain_torchvision(root: Path, train: bool, step: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    data = datasets.MNIST(str(root), train=train, transform=_transform(0.5, 0.5))
    images = [data[place][0].view(-1) for place in range(0, len(data), step)]
    return torch.stack(images), data.targets[::step]


def test_a_loaded_set_equals_torchvisions_with_its_transforms(
    tiny_idx_root: Callable[..., Path],
) -> None:
    root = tiny_idx_root(train=120, test=30)
    data = load(DataConfig(root=str(root)), seed=0)
    for split, train in ((data.train, True), (data.test, False)):
        images, labels = _plain_torchvision(root, train)
        assert torch.equal(data.inputs(split.images), images)
        assert torch.equal(split.labels, labels)


@pytest.mark.mnist
def test_mnist_equals_torchvisions_with_its_transforms(mnist_root: Path) -> None:
    data = load(DataConfig(root=str(mnist_root)), seed=0)
    for split, train in ((data.train, True), (data.test, False)):
        # Every 17th image goes through PIL, which takes a minute for all of them …
        images, labels = _plain_torchvision(mnist_root, train, step=17)
        floats = data.inputs(split.images)
        assert torch.equal(floats[::17], images)
        assert torch.equal(split.labels[::17], labels)
        # … and all of them through the same transforms as one tall picture.
        pixels = datasets.MNIST(str(mnist_root), train=train).data.view(-1, 28, 1).numpy()
        assert torch.equal(floats.view(-1), _transform(0.5, 0.5)(pixels).view(-1))


@settings(max_examples=25, deadline=None)
@given(
    limit=st.integers(0, 2_000), seed=st.integers(0, 2**32 - 1), data=st.data(), store=st.booleans()
)
def test_the_split_is_the_one_of_random_split_over_the_first_images(
    limit: int, seed: int, data: st.DataObject, store: bool
) -> None:
    raw = load_raw("digits", Path("unused"))
    count = min(limit or len(raw.train), len(raw.train))
    held_out = data.draw(st.integers(0, count - 1))
    config = dataclasses.replace(
        DIGITS,
        train_limit=limit,
        validation=held_out,
        store="uint8" if store else "float32",
    )
    state = torch.get_rng_state()
    ours = load(config, seed, raw=raw)
    assert torch.equal(torch.get_rng_state(), state)  # no other draw is disturbed

    parts = random_split(
        range(count),  # type: ignore[arg-type]
        [count - held_out, held_out],
        generator=torch.Generator().manual_seed(seed),
    )
    # Without images to hold out there is no split, and the order of the files stays.
    places = [list(part.indices) for part in parts] if held_out else [list(range(count)), []]
    assert torch.equal(ours.train.labels, torch.from_numpy(raw.train.labels[places[0]]))
    flat = torch.from_numpy(raw.train.images[places[0]]).view(len(places[0]), 784)
    assert torch.equal(ours.inputs(ours.train.images), normalise(flat, 0.5, 0.5))
    if held_out:
        assert ours.validation is not None
        assert torch.equal(ours.validation.labels, torch.from_numpy(raw.train.labels[places[1]]))
    else:
        assert ours.validation is None
    assert len(ours.test) == 360


def test_the_indices_of_a_split_are_all_there_once() -> None:
    train, validation = split_indices(100, 30, seed=4)
    assert len(validation) == 30
    assert sorted(torch.cat([train, validation]).tolist()) == list(range(100))


def test_bytes_in_memory_become_the_same_inputs_as_floats() -> None:
    as_floats = load(dataclasses.replace(DIGITS, validation=100), seed=1)
    as_bytes = load(dataclasses.replace(DIGITS, validation=100, store="uint8"), seed=1)
    assert as_bytes.train.images.dtype == torch.uint8
    assert as_floats.train.images.dtype == torch.float32
    for name in ("train", "validation", "test"):
        ours, theirs = getattr(as_bytes, name), getattr(as_floats, name)
        assert torch.equal(as_bytes.inputs(ours.images), as_floats.inputs(theirs.images))
        assert torch.equal(ours.labels, theirs.labels)
    assert as_floats.inputs(as_floats.train.images) is as_floats.train.images


def test_a_loaded_set_says_what_it_is() -> None:
    raw = load_raw("digits", Path("unused"))
    data = load(dataclasses.replace(DIGITS, mean=0.25, std=0.75), seed=0, raw=raw)
    assert (data.name, data.title, data.classes) == (raw.name, raw.title, raw.classes)
    assert (data.mean, data.std, data.fingerprint) == (0.25, 0.75, raw.fingerprint)
    assert data.train.images.shape == (1_437, 784)
    assert data.train.labels.dtype == torch.int64


def test_changing_loaded_tensors_leaves_the_bundled_data_as_it_was() -> None:
    config = dataclasses.replace(DIGITS, store="uint8")
    load(config, seed=0).train.images.fill_(7)
    assert not (load(config, seed=0).train.images == 7).all()


@pytest.mark.parametrize("validation", [1_437, 2_000])
def test_holding_out_every_image_is_refused(validation: int) -> None:
    with pytest.raises(SettingsError, match=r"`data\.validation` .*of 1,437: hold out"):
        load(dataclasses.replace(DIGITS, validation=validation), seed=0)
    with pytest.raises(SettingsError, match="got 10 of 10"):
        load(dataclasses.replace(DIGITS, validation=10, train_limit=10), seed=0)


def test_dropping_the_only_batch_is_refused() -> None:
    config = dataclasses.replace(DIGITS, train_limit=20, batch_size=21)
    assert len(load(config, seed=0).train) == 20
    with pytest.raises(SettingsError, match=r"`data\.batch_size` .*21"):
        load(dataclasses.replace(config, drop_last=True), seed=0)


def test_data_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match="mlcore data fetch mnist"):
        load(DataConfig(root=str(tmp_path)), seed=0)


@pytest.mark.cuda
def test_a_gpu_holds_the_same_numbers() -> None:
    config = dataclasses.replace(DIGITS, validation=100)
    here, there = load(config, seed=0), load(config, seed=0, device="cuda")
    as_bytes = load(dataclasses.replace(config, store="uint8"), seed=0, device="cuda")
    assert there.train.images.is_cuda
    assert torch.equal(there.train.images.cpu(), here.train.images)
    assert torch.equal(as_bytes.inputs(as_bytes.train.images).cpu(), here.train.images)


@pytest.mark.parametrize("count", [1, 2, 3, 64, 513])
def test_normalised_images_begin_where_torch_begins_a_tensor(count: int) -> None:
    for _ in range(8):
        images = torch.zeros(count, 784, dtype=torch.uint8)
        assert normalise(images, 0.5, 0.5).data_ptr() % 64 == 0
