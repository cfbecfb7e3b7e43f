"""What people keep beside model and optimizer: name → value; none of it may matter."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import logging
import pathlib
import random
import re
import types
import uuid
import warnings
from typing import Any

import numpy as np
import torch
from torch import nn

from checkpoint_corpus.classes import elsewhere
from checkpoint_corpus.good import saved, tutorial


class EasyDict(dict[str, Any]):
    """As the package easydict has it: a dictionary with attributes."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        super().__setitem__(name, value)


class Config:
    """As omegaconf keeps its settings: a tree whose leaves know their parents."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.__dict__["_content"] = {}
        self.__dict__["_metadata"] = {"ref_type": Any, "object_type": dict, "key": None}
        for key, value in content.items():
            self._content[key] = Config(value) if isinstance(value, dict) else value
            if isinstance(value, dict):
                self._content[key].__dict__["_parent"] = self


@dataclasses.dataclass
class Settings:
    """A dataclass of somebody's training script."""

    rate: float = 0.1
    widths: tuple[int, ...] = (64, 32)


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    """One without a dictionary of attributes."""

    rate: float = 0.1


class Phase(enum.Enum):
    """An enumeration of somebody's training script."""

    TRAIN = "train"


class Outer:
    """A class with a class in it."""

    class Inner:
        """Which a pickle of protocol 2 reaches by getattr."""


Point = collections.namedtuple("Point", "x y")


def rate_at(_epoch: int) -> float:
    return 0.1


def values() -> dict[str, Any]:
    """Name → value, of classes that torch, NumPy and Python have."""
    model = nn.Linear(3, 2)
    optimizer, other = (torch.optim.Adam(model.parameters()) for _ in range(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls some of these tensors unfinished
        quantised = torch.quantize_per_tensor(torch.zeros(4), 0.1, 0, torch.qint8)
        nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
        compressed = torch.eye(3).to_sparse_csr()
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    circle: dict[str, Any] = {"a": 1}
    circle["self"] = circle
    tensor = torch.arange(12.0).view(3, 4)
    marked = torch.ones(2)
    marked.note = "mine"  # type: ignore[attr-defined]
    return {
        "NumPy float": np.float64(0.5),
        "NumPy float32": np.float32(0.5),
        "NumPy int": np.int64(3),
        "NumPy bool": np.bool_(True),
        "NumPy text": np.str_("a"),
        "NumPy array": np.arange(6.0).reshape(2, 3),
        "NumPy array of objects": np.array([None, "a"], dtype=object),
        "NumPy record": np.zeros(2, dtype=[("a", "f4"), ("b", "i8")]),
        "NumPy history": np.linspace(0, 1, 50_000),
        "NumPy dtype": np.dtype("float32"),
        "NumPy random state": np.random.RandomState(0).get_state(),
        "NumPy generator": np.random.default_rng(0),
        "confusion matrix": np.eye(10, dtype=np.int64),
        "options": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("runs/1")),
        "path": pathlib.PurePosixPath("/data/mnist"),
        "Windows path": pathlib.PureWindowsPath(r"C:\data"),
        "real path": pathlib.Path("data"),
        "date and time": dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC),
        "duration": dt.timedelta(seconds=5),
        "date": dt.date(2024, 5, 6),
        "defaultdict": collections.defaultdict(list, loss=[0.1]),
        "ordered dictionary": collections.OrderedDict(a=1),
        "counter": collections.Counter("hello"),
        "deque": collections.deque([1.0, 2.0], maxlen=9),
        "chain of dictionaries": collections.ChainMap({"a": 1}, {"b": 2}),
        "set": {1, 2},
        "frozen set": frozenset({"a"}),
        "bytes": b"abc",
        "long bytes": bytes(range(256)) * 40,
        "bytearray": bytearray(b"abc"),
        "complex": 1 + 2j,
        "range": range(10),
        "error": KeyError("a"),
        "slice": slice(1, 5),
        "ellipsis": ...,
        "decimal": decimal.Decimal("0.1"),
        "uuid": uuid.UUID(int=5),
        "simple namespace": types.SimpleNamespace(a=1),
        "pattern": re.compile("a+"),
        "partial": functools.partial(nn.Linear, bias=False),
        "logger": logging.getLogger("training"),
        "random state": random.getstate(),
        "random generator": random.Random(0),
        "class": nn.Linear,
        "type": float,
        "function": nn.functional.relu,
        "torch function": torch.relu,
        "method": model.forward,
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "layout": torch.strided,
        "size": torch.Size([1, 2, 3]),
        "long size": torch.Size([1] * 9),
        "generator": torch.Generator(),
        "random state of torch": torch.get_rng_state(),
        "truths": torch.ones(2).bool(),
        "whole numbers": torch.ones(2, dtype=torch.int16),
        "bfloat16": torch.ones(2).bfloat16(),
        "complex tensor": torch.ones(2, dtype=torch.complex64),
        "8-bit floats": torch.ones(2).to(torch.float8_e4m3fn),
        "unsigned 16 bits": torch.ones(2, dtype=torch.uint16),
        "sparse tensor": torch.eye(3).to_sparse(),
        "sparse rows": compressed,
        "quantised tensor": quantised,
        "nested tensor": nested,
        "meta tensor": torch.ones(3, device="meta"),
        "expanded tensor": torch.ones(1).expand(4, 784),
        "transposed tensor": tensor.t(),
        "slice of a tensor": tensor[1:, ::2],
        "tensor of six axes": torch.zeros(1, 1, 1, 1, 1, 1),
        "empty part of a tensor": torch.ones(4)[4:],
        "parameter": nn.Parameter(torch.ones(2)),
        "tensor with a note": marked,
        "storage": torch.ones(5).untyped_storage(),
        "float keys": {0.1: 1, -2.5: 2},
        "tuple keys": {(1, 2): 3},
        "truth keys": {True: 1, None: 2},
        "negative keys": {-1: "a", 2**70: "b"},
        "class keys": {nn.Linear: {"best": 0.5}},
        "long history": [0.5] * 110_000,
        "long mixed history": [0.5, 1] * 30_000,
        "epochs as dictionaries": [{"epoch": i, "loss": i / 7, "acc": i / 9} for i in range(5000)],
        "long text": "line\n" * 50_000,
        "name of a file in another encoding": b"caf\xe9".decode("utf-8", "surrogateescape"),
        "huge number": 10**300,
        "deep list": deep,
        "dictionary that holds itself": circle,
        "schedule": torch.optim.lr_scheduler.StepLR(optimizer, 2).state_dict(),
        "whole schedule": torch.optim.lr_scheduler.StepLR(optimizer, 2),
        "whole optimizer": other,
        "whole loss": nn.CrossEntropyLoss(),
        "whole other module": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)),
        "scaler": torch.amp.GradScaler("cpu").state_dict(),
        "hyper-parameters": {"lr": 0.1, "betas": (0.9, 0.99), "nested": {"deep": {"er": [1]}}},
    }


def foreign() -> dict[str, tuple[Any, tuple[Any, ...], str]]:
    """Name → a value, its classes, and the module that they shall seem to come from."""
    return {
        "easydict": (EasyDict(lr=0.1), (EasyDict,), "easydict"),
        "omegaconf": (Config({"model": {"width": 64}}), (Config,), "omegaconf.dictconfig"),
        "dataclass": (Settings(), (Settings,), "__main__"),
        "slotted dataclass": (Slotted(), (Slotted,), "train.settings"),
        "enumeration": (Phase.TRAIN, (Phase,), "__main__"),
        "named tuple": (Point(1, 2), (Point,), "utils.geometry"),
        "class in a class": (Outer.Inner, (Outer,), "__main__"),
        "function of one's own": (rate_at, (rate_at,), "__main__"),
        "callbacks of Lightning": (
            {Settings: {"best_model_score": torch.tensor(0.5)}},
            (Settings,),
            "pytorch_lightning.callbacks.model_checkpoint",
        ),
    }


def files(*, first: bool = False, **form: Any) -> dict[str, bytes]:
    """The tutorial's dictionary with each of these beside model and optimizer, or before them."""
    base = tutorial()

    def file(value: Any) -> bytes:
        beside = {"beside": value}
        return saved({**beside, **base} if first else {**base, **beside}, **form)

    made = {name: file(value) for name, value in values().items()}
    for name, (value, classes, module) in foreign().items():
        with elsewhere(*classes, module=module):
            made[name] = file(value)
    return made
