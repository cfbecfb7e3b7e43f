from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from mlcore.data.split import split_order
from mlcore.data.tensors import split_indices

counts = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1)))


@given(counts, st.integers(0, 2**32 - 1))
@example((1_437, 200), 0)
@example((60_000, 5_000), 2**32 - 1)
def test_the_split_that_the_page_shows_is_the_one_that_training_uses(
    counts: tuple[int, int], seed: int
) -> None:
    shown, used = split_order(*counts, seed), split_indices(*counts, seed)
    for ours, theirs in zip(shown, used, strict=True):
        np.testing.assert_array_equal(ours, theirs.numpy())
