"""Pickles written by hand, opcode by opcode, and the containers to put them in."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

HEAD = b"\x80\x02"
_MAGIC = HEAD + b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little") + b"."


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def integer(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def name(module: str, attribute: str) -> bytes:
    return b"c" + f"{module}\n{attribute}\n".encode()


def call(module: str, attribute: str, *arguments: bytes) -> bytes:
    return name(module, attribute) + b"(" + b"".join(arguments) + b"tR"


def sizes(*values: int) -> bytes:
    return b"(" + b"".join(map(integer, values)) + b"t"


def storage(key: str, numel: int, kind: str = "FloatStorage", location: str = "cpu") -> bytes:
    parts = (text("storage"), name("torch", kind), text(key), text(location), integer(numel))
    return b"(" + b"".join(parts) + b"tQ"


def tensor(
    key: str,
    shape: tuple[int, ...],
    *,
    numel: int,
    stride: tuple[int, ...],
    offset: int = 0,
    kind: str = "FloatStorage",
    location: str = "cpu",
) -> bytes:
    return call(
        "torch._utils",
        "_rebuild_tensor_v2",
        storage(key, numel, kind, location),
        integer(offset),
        sizes(*shape),
        sizes(*stride),
        b"\x89",
        b"}",
    )


def table(items: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def whole(body: bytes) -> bytes:
    return HEAD + body + b"."


def zipped(
    data_pkl: bytes,
    records: Mapping[str, bytes] | None = None,
    *,
    method: int = zipfile.ZIP_STORED,
    more: Iterable[tuple[str, bytes]] = (),
) -> bytes:
    """A pickle in the kind of zip file that `torch.save` writes."""
    members = [("archive/data.pkl", data_pkl), ("archive/version", b"3\n")]
    members += [(f"archive/data/{key}", raw) for key, raw in (records or {}).items()]
    return archive([*members, *more], method)


def archive(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for path, raw in members:
            file.writestr(path, raw)
    return buffer.getvalue()


def rezipped(data: bytes, replace: Mapping[str, bytes]) -> bytes:
    """A good zip file with some members replaced (by the end of their name), checksums right."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = [(item.filename, file.read(item)) for item in file.infolist()]
    return archive(
        (path, next((raw for end, raw in replace.items() if path.endswith(end)), old))
        for path, old in members
    )


def legacy(body: bytes, keys: bytes = b"]", tail: bytes = b"", *, little: bool = True) -> bytes:
    """The five pickles and the bytes after them of the form before torch 1.6."""
    system = table({"little_endian": b"\x88" if little else b"\x89"})
    pickles = (_MAGIC, whole(integer(1001)), whole(system), whole(body), whole(keys))
    return b"".join(pickles) + tail


def softmax(weight: str = "0") -> bytes:
    """The pickle of a sound model, 784 → 2, whose numbers are kept under `weight` and "1"."""
    return table(
        {
            "fc1.weight": tensor(weight, (2, 784), numel=1568, stride=(784, 1)),
            "fc1.bias": tensor("1", (2,), numel=2, stride=(1,)),
        }
    )


def block(count: int) -> bytes:
    """A storage of so many float32 zeros as legacy files keep it."""
    return count.to_bytes(8, "little") + bytes(4 * count)
