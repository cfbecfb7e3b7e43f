"""Small tensors lie together, and are updated as if they lay alone."""

import pytest
import torch

from mlcore.steps.packing import Packing, move_together


def test_tensors_without_a_rest_share_a_piece_and_one_with_a_rest_ends_it():
    packing = Packing([100_352, 128, 8_192, 64, 640, 10])
    assert packing.pieces == [[0], [1, 2, 3, 4, 5]]


def test_two_tensors_with_a_rest_do_not_share_a_piece():
    assert Packing([64, 10, 7]).pieces == [[0, 1], [2]]


def test_no_piece_is_so_large_that_torch_would_divide_it_among_threads():
    sizes = [16_384, 16_384, 16_384, 64]
    pieces = Packing(sizes).pieces
    assert sorted(number for piece in pieces for number in piece) == [0, 1, 2, 3]
    assert all(sum(sizes[n] for n in piece) < 32_768 for piece in pieces)


def test_moved_tensors_keep_identity_shape_and_numbers_and_share_memory():
    tensors = [torch.randn(4, 16), torch.nn.Parameter(torch.randn(64)), torch.randn(10)]
    before = [tensor.detach().clone() for tensor in tensors]
    flat = move_together(tensors)
    assert all(map(torch.equal, tensors, before))
    flat.add_(1)
    assert all(torch.equal(now, then + 1) for now, then in zip(tensors, before, strict=True))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_packed_update_rounds_as_one_tensor_after_the_other(threads):
    sizes = [(128, 784), (128,), (64, 128), (64,), (10, 64), (10,), (7,), (100, 3)]
    generator = torch.Generator().manual_seed(0)
    lists = [[torch.rand(size, generator=generator) for size in sizes] for _ in range(3)]
    packing = Packing([value.numel() for value in lists[0]])
    alone = [[value.clone() for value in values] for values in lists]
    weights, averages, gradients = (packing.move(values) for values in lists)
    found = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for w, m, g in ((weights, averages, gradients), alone):
            torch._foreach_lerp_(m, g, 0.1)
            torch._foreach_addcmul_(m, g, g, value=0.001)
            torch._foreach_addcdiv_(w, g, m, value=-0.003)
    finally:
        torch.set_num_threads(found)
    for packed, single in zip(lists, alone, strict=True):
        assert all(map(torch.equal, packed, single))
