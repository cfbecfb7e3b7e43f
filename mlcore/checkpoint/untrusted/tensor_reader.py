"""The numbers themselves: from bytes in a file to dense CPU tensors."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint.untrusted.containers import Contents
from mlcore.checkpoint.untrusted.rebuild import ITEM_BYTES, Storage, Stub
from mlcore.checkpoint.untrusted.source import Source, printable
from mlcore.checkpoint.untrusted.zipcheck import Record
from mlcore.device import restored_threads
from mlcore.errors import CheckpointError

__all__ = ["TensorReader", "is_finite", "one_thread", "pieces"]

_CHUNK = 2**20  # bytes; also an upper bound of what a conversion holds twice
_DTYPES = {name: getattr(torch, name) for name in ITEM_BYTES}


class TensorReader:
    """Reads the tensors that stubs stand for, each storage once, none of them mapped.

    No two tensors that it hands out share numbers.

    Args:
        source: the open file.
        contents: what was found in it.
        max_bytes: what all tensors together may take in memory.
    """

    def __init__(self, source: Source, contents: Contents, max_bytes: int) -> None:
        self._source, self._records = source, contents.records
        self._left = max_bytes
        self._read: dict[tuple[Storage, torch.dtype | None], Tensor] = {}

    def tensor(self, stub: Stub, kind: torch.dtype | None = None) -> Tensor:
        """The tensor of a stub, of its own kind of numbers, or converted to another.

        Raises:
            CheckpointError: its bytes are missing, too many, too few or damaged.
        """
        if stub.dtype not in _DTYPES:
            raise CheckpointError(
                "The file holds {dtype} numbers, which no model here has: save float32 tensors.",
                dtype=stub.dtype,
            )
        key = (stub.storage, kind)
        flat = self._read.get(key)
        first = flat is None
        if flat is None:
            flat = self._read[key] = self._flat(stub.storage, kind)
        if first and stub.is_whole:
            del self._read[key]  # whoever has it may change it; another reader reads it anew
            return flat.view(stub.shape)
        # Numbers that another tensor has too are copied: nobody may change two tensors at once.
        self._take(math.prod(stub.shape) * flat.itemsize)
        if stub.strides is None:
            return flat[stub.offset :][: math.prod(stub.shape)].view(stub.shape).clone()
        part = flat.as_strided(stub.shape, stub.strides, stub.offset)
        return part.clone(memory_format=torch.contiguous_format)

    def values(self, tree: Any) -> Any:
        """A copy of a plain tree with the tensors in place of their stubs."""
        if isinstance(tree, dict):
            return {key: self.values(item) for key, item in tree.items()}
        if isinstance(tree, list | tuple):
            return type(tree)(self.values(item) for item in tree)
        readable = isinstance(tree, Stub) and tree.dtype in _DTYPES
        return self.tensor(tree) if readable else tree

    def number(self, value: Any) -> Any:
        """A value as it is; the number in a tensor of one entry."""
        if isinstance(value, Stub) and math.prod(value.shape) == 1 and value.dtype in _DTYPES:
            return self.tensor(value).item()
        return value

    def _flat(self, storage: Storage, kind: torch.dtype | None) -> Tensor:
        record = self._records.get(storage.key)
        name = printable(storage.key)
        if record is None:
            raise CheckpointError(
                "The file lacks the numbers of tensor {name}: it is damaged.", name=name
            )
        if record.size != storage.numel * ITEM_BYTES[storage.dtype]:
            raise CheckpointError(
                "Tensor {name} claims {count:,} {dtype} numbers, but {size:,} bytes are stored: "
                "the file is damaged.",
                name=name,
                count=storage.numel,
                dtype=storage.dtype,
                size=record.size,
            )
        dtype = kind or _DTYPES[storage.dtype]
        self._take(storage.numel * dtype.itemsize)
        return self._fill(torch.empty(storage.numel, dtype=dtype), storage, record)

    def _take(self, count: int) -> None:
        """Count bytes against the limit, before they are allocated."""
        self._left -= count
        if self._left < 0:
            raise CheckpointError(
                "The tensors in the file take more memory than is allowed: "
                "save the weights alone, without the optimizer."
            )

    def _fill(self, flat: Tensor, storage: Storage, record: Record) -> Tensor:
        """Read piece by piece, so that a conversion never holds the tensor twice."""
        dtype = _DTYPES[storage.dtype]
        piece = torch.empty(min(storage.numel, _CHUNK // dtype.itemsize), dtype=dtype)
        crc, position = 0, record.offset
        for part in pieces(flat, max(1, piece.numel())):
            raw = (part if part.dtype == dtype else piece[: part.numel()]).view(torch.uint8)
            view = memoryview(raw.numpy().data)
            self._source.read_into(position, view)
            crc, position = zlib.crc32(view, crc), position + len(view)
            if part.dtype != dtype:
                part.copy_(piece[: part.numel()])
        if record.crc is not None and crc != record.crc:
            raise CheckpointError(
                "The file is damaged: the checksum of tensor {name} does not match; "
                "copy or download it again.",
                name=printable(storage.key),
            )
        return flat


def is_finite(tensor: Tensor) -> bool:
    """Whether no number is NaN or infinite; no temporary of the tensor's size."""
    if tensor.numel() == 0 or not tensor.is_floating_point():
        return True
    return all(math.isfinite(bound.item()) for bound in torch.aminmax(tensor))


def pieces(tensor: Tensor, count: int = _CHUNK // 4) -> Iterator[Tensor]:
    """The numbers in flat pieces of at most `count`."""
    flat = tensor.reshape(-1)
    return (flat[start : start + count] for start in range(0, flat.numel(), count))


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch from starting threads: where memory is limited it dies if it cannot."""
    with restored_threads():
        torch.set_num_threads(1)
        yield
