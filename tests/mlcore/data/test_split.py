from __future__ import annotations

import numpy as np
import pytest

from mlcore.data.split import split_order
from mlcore.data.tensors import split_indices


@pytest.mark.parametrize(
    ("count", "validation", "seed"),
    [(1, 0, 0), (2, 1, 3), (1_437, 200, 0), (60_000, 5_000, 2**32 - 1)],
)
def test_the_torch_free_split_is_the_one_that_training_uses(
    count: int, validation: int, seed: int
) -> None:
    for ours, theirs in zip(
        split_order(count, validation, seed), split_indices(count, validation, seed), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs.numpy())
