from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from mlcore.data.batches import (
    batch_bounds,
    draw_epoch_seed,
    epoch_order,
    iterate,
    steps_per_epoch,
)
from mlcore.data.tensors import Split, normalise


def _split(count: int, dtype: torch.dtype = torch.float32) -> Split:
    generator = torch.Generator().manual_seed(count)
    images = torch.randint(0, 256, (count, 784), generator=generator, dtype=torch.uint8)
    return Split(images=images.to(dtype), labels=torch.arange(count))


def _loader_epochs(
    split: Split, batch_size: int, drop_last: bool, epochs: int
) -> Iterator[list[tuple[Tensor, Tensor]]]:
    data = TensorDataset(split.images, split.labels)
    loader = DataLoader(data, batch_size=batch_size, shuffle=True, drop_last=drop_last)
    for _ in range(epochs):
        yield [(images, labels) for images, labels in loader]


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 700),
    batch_size=st.one_of(st.integers(1, 80), st.integers(500, 800)),
    seed=st.integers(0, 2**63 - 1),
    epochs=st.integers(1, 3),
    drop_last=st.booleans(),
)
def test_batches_and_random_state_equal_a_shuffling_data_loaders(
    count: int, batch_size: int, seed: int, epochs: int, drop_last: bool
) -> None:
    split = _split(count)
    torch.manual_seed(seed)
    theirs = list(_loader_epochs(split, batch_size, drop_last, epochs))
    their_state = torch.get_rng_state()

    torch.manual_seed(seed)
    ours = []
    for _ in range(epochs):
        order = epoch_order(draw_epoch_seed(), count)
        ours.append(list(iterate(split, order, batch_size, drop_last=drop_last)))

    assert torch.equal(torch.get_rng_state(), their_state)
    for our_epoch, their_epoch in zip(ours, theirs, strict=True):
        assert len(our_epoch) == steps_per_epoch(count, batch_size, drop_last)
        for (images, labels), (their_images, their_labels) in zip(
            our_epoch, their_epoch, strict=True
        ):
            assert torch.equal(labels, their_labels)
            assert torch.equal(images, their_images)
            assert images.is_contiguous()
            assert labels.is_contiguous()


def test_draws_between_batches_see_the_random_state_they_would_see_beside_a_data_loader() -> None:
    split = _split(100)
    loader = DataLoader(TensorDataset(split.images, split.labels), batch_size=32, shuffle=True)
    torch.manual_seed(5)
    theirs = [torch.rand(3) for _ in range(2) for _ in loader]
    torch.manual_seed(5)
    ours = [
        torch.rand(3)
        for _ in range(2)
        for _ in iterate(split, epoch_order(draw_epoch_seed(), 100), 32)
    ]
    assert torch.equal(torch.stack(ours), torch.stack(theirs))


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 1_500),
    batch_size=st.integers(1, 600),
    drop_last=st.booleans(),
    data=st.data(),
)
def test_an_epoch_taken_up_in_the_middle_gives_the_batches_that_were_left(
    count: int, batch_size: int, drop_last: bool, data: st.DataObject
) -> None:
    split, order = _split(count), epoch_order(1, count)
    whole = list(iterate(split, order, batch_size, drop_last=drop_last))
    done = data.draw(st.integers(0, len(whole)))
    start = min(done * batch_size, count)
    rest = list(iterate(split, order, batch_size, drop_last=drop_last, start=start))
    assert len(rest) == len(whole) - done
    for ours, theirs in zip(rest, whole[done:], strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


@pytest.mark.parametrize("batch_size", [1, 3, 64, 700])
def test_bytes_normalised_by_the_batch_give_the_numbers_of_floats_in_memory(
    batch_size: int,
) -> None:
    as_bytes = _split(700, torch.uint8)
    as_floats = Split(images=normalise(as_bytes.images, 0.1307, 0.3081), labels=as_bytes.labels)
    order = epoch_order(3, 700)
    batches = iterate(
        as_bytes, order, batch_size, prepare=lambda images: normalise(images, 0.1307, 0.3081)
    )
    for ours, theirs in zip(batches, iterate(as_floats, order, batch_size), strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert ours[0].is_contiguous()


@pytest.mark.parametrize("batch_size", [1, 5, 64, 300])
def test_products_with_a_batch_have_the_bits_they_have_with_a_copy_of_its_own(
    batch_size: int,
) -> None:
    split, weight = _split(700), torch.randn(784, 128, generator=torch.Generator().manual_seed(0))
    for images, _ in iterate(split, epoch_order(0, 700), batch_size):
        assert torch.equal(images @ weight, images.clone() @ weight)
        assert images.data_ptr() % 64 == 0  # where a tensor of its own would begin


def test_no_more_than_512_images_or_one_batch_are_gathered_at_once() -> None:
    split = _split(2_000)
    for batch_size, most in ((1, 512), (64, 512), (500, 500), (900, 900)):
        for images, _ in iterate(split, epoch_order(0, 2_000), batch_size):
            assert images.untyped_storage().nbytes() <= most * 784 * 4


@given(count=st.integers(0, 500), batch_size=st.integers(1, 100), drop_last=st.booleans())
def test_bounds_cover_the_order_without_gap_or_overlap(
    count: int, batch_size: int, drop_last: bool
) -> None:
    bounds = batch_bounds(count, batch_size, drop_last)
    assert len(bounds) == steps_per_epoch(count, batch_size, drop_last)
    places = [place for bound in bounds for place in bound]
    assert places == list(range(len(places)))
    assert len(places) == (count - count % batch_size if drop_last else count)
    assert all(len(bound) == batch_size for bound in bounds[:-1])


def test_an_epoch_as_long_as_mnists_is_in_the_order_of_a_data_loader() -> None:
    indices = torch.arange(60_000)
    torch.manual_seed(0)
    theirs = torch.cat(list(DataLoader(indices, batch_size=64, shuffle=True)))  # type: ignore[arg-type]
    torch.manual_seed(0)
    assert torch.equal(epoch_order(draw_epoch_seed(), 60_000), theirs)
