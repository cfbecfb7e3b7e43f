"""The pickle walker notes what torch.load would build, and nothing that it would not."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint_corpus.good import saved
from checkpoint_corpus.pickles import HEAD, integer, name, text, whole, zipped
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor

from mlcore.checkpoint.untrusted.containers import read_contents
from mlcore.checkpoint.untrusted.inert import Inert
from mlcore.checkpoint.untrusted.limits import UPLOAD_BYTES
from mlcore.checkpoint.untrusted.scan import scan
from mlcore.checkpoint.untrusted.source import open_source
from mlcore.checkpoint.untrusted.tensor_reader import TensorReader
from mlcore.errors import CheckpointError

numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**100), 2**100),
    st.floats(),
    st.text(max_size=20),
)
shapes = st.lists(st.integers(0, 3), max_size=4).map(tuple)
kinds = st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8])
tensors = st.builds(lambda shape, kind: (torch.rand(shape) * 9).to(kind), shapes, kinds)
keys = st.one_of(st.text(max_size=10), st.integers(0, 1000))
trees = st.recursive(
    numbers | tensors,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
    ),
    max_leaves=12,
)

CODES = (*"N]})(tueasRbQ", "K\x01", "q\x00", "q\x01", "h\x00", "h\x01")
steps = st.sampled_from(
    [
        *(code.encode("latin-1") for code in CODES),
        *(b"\x85", b"\x86", b"\x88", text("a"), text("b"), integer(2**70)),
        *(name("collections", "OrderedDict") + b")R", name("torch", "Size")),
    ]
)


def ours(data: bytes, folder: Path) -> Any:
    path = folder / "tree.pt"
    path.write_bytes(data)
    with open_source(path, UPLOAD_BYTES) as source:
        contents = read_contents(source)
        return TensorReader(source, contents, UPLOAD_BYTES).values(contents.tree)


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        both = zip(one, other, strict=True)
        return type(one) is type(other) and all(equal(a, b) for a, b in both)
    return type(one) is type(other) and (one == other or (one != one and other != other))


def holds_notes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(holds_notes(key) or holds_notes(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(map(holds_notes, value))
    return isinstance(value, Inert)


@settings(max_examples=150, deadline=None)
@given(tree=trees, legacy=st.booleans())
def test_whatever_torch_saves_and_loads_is_read_alike(
    tmp_path_factory: pytest.TempPathFactory, tree: Any, legacy: bool
) -> None:
    data = saved(tree, legacy=legacy)
    theirs = torch.load(io.BytesIO(data), weights_only=True)
    assert equal(theirs, tree)
    assert equal(ours(data, tmp_path_factory.getbasetemp()), theirs)


@settings(max_examples=300, deadline=None)
@given(body=st.lists(steps, max_size=25).map(b"".join))
@example(b"}}b")  # a plain dictionary has no attributes
@example(name("collections", "OrderedDict") + b")R}b")  # and an OrderedDict may have some
def test_random_steps_are_read_as_torch_reads_them_or_refused(
    tmp_path_factory: pytest.TempPathFactory, body: bytes
) -> None:
    data = zipped(HEAD + b"(" + body + b"t.")
    try:
        mine = ours(data, tmp_path_factory.getbasetemp())
    except CheckpointError:
        return
    if holds_notes(mine):
        return  # what torch would not load either, or would make an object of
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert equal(mine, torch.load(io.BytesIO(data), weights_only=True))


def test_a_pickle_ends_where_its_last_step_says() -> None:
    first, second = whole(integer(5)), whole(text("a"))
    one = scan(first + second)
    assert (one.value, one.end) == (5, len(first))
    assert scan(first + second, one.end).value == "a"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "begin"),
        (HEAD, "ends early"),
        (HEAD + b"N", "ends early"),
        (HEAD + b"NN.", "left over"),
        (HEAD + b"(N.", "left over"),
        (HEAD + b".", "left over"),
        (HEAD + b"s.", "no value|none"),
        (HEAD + b"t.", "did not open"),
        (HEAD + b"Na.", "none"),
        (HEAD + b"NNa.", "no list"),
        (HEAD + b"NK\x01Ns.", "no dictionary"),
        (HEAD + b"}(K\x01u.", "no dictionary"),
        (HEAD + b"}(K\x01NK\x01Nu.", "twice"),
        (HEAD + b"h\x05.", "never noted"),
        (HEAD + b"X\x02\0\0\0\xff\xfe.", "UTF-8"),
        (HEAD + b"\x80\x06N.", "protocol 6"),
        (HEAD + b"\x80\x01N.", "protocol 1"),
        (HEAD + b"\xff.", "0xff"),
        (HEAD + b"NNQ.", "outside data"),
        (HEAD + b"NNb.", "attributes"),
        (HEAD + b"}}b.", "attributes"),
    ],
)
def test_broken_pickles_are_named(data: bytes, word: str) -> None:
    with pytest.raises(CheckpointError, match=word):
        scan(data)


def test_the_checks_before_the_numbers_need_no_torch() -> None:
    modules = (
        "calls containers inert limits machine modules names optimizers pickle_bytes rebuild "
        "safetensors_header "
        "scan source tree zipcheck"
    )
    rooms = [*(f"untrusted.{module}" for module in modules.split()), "forms", "architecture"]
    lines = [f"import mlcore.checkpoint.{room}" for room in rooms]
    script = "; ".join([*lines, "import sys; sys.exit('torch' in sys.modules)"])
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
