"""Architecture from names and shapes."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.checkpoint.architecture import infer_architecture
from mlcore.checkpoint.untrusted.rebuild import Storage, Stub
from mlcore.errors import CheckpointError


def stubs(widths: list[int], *, norm: bool = False, name: str = "fc{}") -> dict[str, Stub]:
    made: dict[str, Stub] = {}

    def add(key: str, *shape: int, dtype: str = "float32") -> None:
        made[key] = Stub(Storage(dtype, key, math.prod(shape)), shape)

    for number, (before, after) in enumerate(zip([784, *widths], widths, strict=False), start=1):
        add(f"{name.format(number)}.weight", after, before)
        add(f"{name.format(number)}.bias", after)
        if norm and number < len(widths):
            for field in ("weight", "bias", "running_mean", "running_var"):
                add(f"bn{number}.{field}", after)
            add(f"bn{number}.num_batches_tracked", dtype="int64")
    return made


@given(widths=st.lists(st.integers(2, 300), min_size=1, max_size=12), norm=st.booleans())
def test_widths_depth_and_batch_norm_are_found(widths: list[int], norm: bool) -> None:
    found = infer_architecture(stubs(widths, norm=norm))
    assert (found.hidden, found.outputs) == (tuple(widths[:-1]), widths[-1])
    assert found.batch_norm == (norm and len(widths) > 1)
    assert not found.renamed


@given(widths=st.lists(st.integers(2, 9), min_size=2, max_size=12), seed=st.integers(0, 99))
def test_our_own_names_may_come_in_any_order(widths: list[int], seed: int) -> None:
    items = list(stubs(widths, norm=True).items())
    random.Random(seed).shuffle(items)
    found = infer_architecture(dict(items))
    assert found.hidden == tuple(widths[:-1])
    assert [layer.linear.name for layer in found.layers] == [
        f"fc{number}" for number in range(1, len(widths) + 1)
    ]
    assert [norm.name for norm in found.norms] == [
        f"bn{number}" for number in range(1, len(widths))
    ]


def test_other_names_are_taken_in_order() -> None:
    found = infer_architecture(stubs([8, 8, 10], name="layers.{}.linear"))
    assert found.renamed
    assert [layer.linear.name for layer in found.layers] == [
        "layers.1.linear",
        "layers.2.linear",
        "layers.3.linear",
    ]


def test_where_the_file_keeps_no_order_numbers_give_it() -> None:
    square = stubs([8] * 11 + [10], name="{}")
    found = infer_architecture(dict(sorted(square.items())), ordered=False)
    assert found.layers[9].linear.weight.storage.key == "10.weight"


def test_a_gap_in_our_own_names_is_a_missing_layer() -> None:
    made = {name: stub for name, stub in stubs([8, 8, 8, 10]).items() if "fc2" not in name}
    with pytest.raises(CheckpointError, match="fc2"):
        infer_architecture(made)
