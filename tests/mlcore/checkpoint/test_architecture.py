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


def stub(*shape: int, dtype: str = "float32") -> Stub:
    return Stub(Storage(dtype, "own", math.prod(shape)), shape)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("val_acc.tp", stub(10, dtype="int64")),
        ("val_acc.tp", stub(10)),
        ("metrics.val.confmat", stub(10, 10)),
        ("val_MulticlassAccuracy.confmat", stub(10, 10, dtype="int64")),
        ("seen", stub(dtype="int64")),
        ("mean_value.weight", stub()),
        ("logit_scale", stub(1)),
        ("labels.of", stub(10, dtype="int64")),
        ("memory.bank", stub(100, 64)),
    ],
)
def test_what_belongs_to_no_layer_is_set_aside(name: str, own: Stub) -> None:
    for made in ({name: own, **stubs([8, 10])}, {**stubs([8, 10]), name: own}):
        found = infer_architecture(made)
        assert (found.hidden, found.unused) == ((8,), (name,))


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("mix.matrix", stub(8, 8)),
        ("skip.matrix", stub(10, 784)),
        ("pixels.order", stub(784, dtype="int64")),
        ("norm.gain", stub(8)),
        ("prior", stub(10)),
        ("swish.b_of", stub(1)),
        ("1.a", stub(1)),
        ("block1.resweight", stub()),
        ("net.block2.a", stub(1)),
        ("residual", stub(1)),
        ("alpha", stub()),
    ],
)
def test_what_may_be_a_part_of_the_model_is_refused_by_name(name: str, own: Stub) -> None:
    for made in ({name: own, **stubs([8, 10])}, {**stubs([8, 10]), name: own}):
        with pytest.raises(CheckpointError, match=rf"`{name}` .* may yet be a part of the model"):
            infer_architecture(made)


def test_a_matrix_that_the_chain_may_lack_is_named() -> None:
    made = stubs([8, 9, 10], name="layer{}")
    made = {("layer2.matrix" if n == "layer2.weight" else n): s for n, s in made.items()}
    with pytest.raises(CheckpointError, match=r"lacks `layer2.weight`"):
        infer_architecture(made)
    del made["layer2.bias"]
    with pytest.raises(CheckpointError, match=r"`layer2.matrix` \(shape 9×8\)"):
        infer_architecture(made)
