"""Zip files that lie: about sizes, names, places, methods; and zips of other things."""

from __future__ import annotations

import struct

from checkpoint_corpus.good import saved, weights
from checkpoint_corpus.pickles import archive, rezipped, softmax, whole, zipped

_ENTRY, _LOCAL, _END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def patched(data: bytes, mark: bytes, offset: int, form: str, value: int, nth: int = 0) -> bytes:
    """`value` written at `offset` of the nth header that begins with `mark`."""
    place = -1
    for _ in range(nth + 1):
        place = data.index(mark, place + 1)
    raw = bytearray(data)
    struct.pack_into(form, raw, place + offset, value)
    return bytes(raw)


def _without(data: bytes, *ends: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        kept = [
            (i.filename, file.read(i)) for i in file.infolist() if not i.filename.endswith(ends)
        ]
    return archive(kept)


def files() -> dict[str, bytes]:
    good = saved(weights())
    plain = rezipped(good, {})  # the same, without the 64-bit end
    entry = plain.index(_ENTRY)
    first_record = next(i for i in range(100) if b"data/0" in _nth(plain, _ENTRY, i)[:80])
    second_offset = struct.unpack_from("<I", _nth(plain, _ENTRY, first_record), 42)[0]
    return {
        "zip of zips": archive([("one.zip", archive([("a.txt", b"a")])), ("b.pt", good)]),
        "zip of a text": archive([("readme.txt", b"hello")]),
        "zip without members": archive([]),
        "zip of two checkpoints": archive([("a/data.pkl", b"x"), ("b/data.pkl", b"x")]),
        "zip with the pickle deeper down": archive([("a/b/data.pkl", whole(b"}"))]),
        "zip with a lying count": patched(plain, _END, 10, "<H", 3),
        "zip with 65,535 members declared": patched(
            patched(plain, _END, 10, "<H", 65_535), _END, 8, "<H", 65_535
        ),
        "zip with 5,000 members": archive([(f"a/data/{i}", b"") for i in range(5000)]),
        "zip with a directory beyond the end": patched(plain, _END, 16, "<I", len(plain)),
        "zip with a directory of 4 GB": patched(plain, _END, 12, "<I", 2**32 - 1),
        "zip on two disks": patched(plain, _END, 4, "<H", 1),
        "zip with a comment": patched(plain, _END, 20, "<H", 5) + b"hello",
        "zip with bytes behind it": good + b"\0" * 1000,
        "zip with bytes before it": b"PK\x03\x04" + b"\0" * 100 + good,
        "zip whose two ends disagree": patched(good, b"PK\x06\x06", 24, "<Q", 2**40),
        "zip whose locator points elsewhere": patched(good, b"PK\x06\x07", 8, "<Q", 7),
        "zip with a member of 4 GB": patched(
            patched(plain, _ENTRY, 24, "<I", 2**32 - 1), _ENTRY, 20, "<I", 2**32 - 1
        ),
        "zip with a member beyond the end": patched(plain, _ENTRY, 42, "<I", len(plain)),
        "zip with overlapping members": patched(
            plain, _ENTRY, 42, "<I", second_offset, first_record + 1
        ),
        "zip with an encrypted member": patched(plain, _ENTRY, 8, "<H", 1),
        "zip with an unknown method": patched(plain, _ENTRY, 10, "<H", 99),
        "zip whose local header is deflated": patched(plain, _LOCAL, 8, "<H", 8),
        "zip whose local header is missing": patched(plain, _LOCAL, 0, "<I", 0),
        "zip whose local name differs": plain[:30] + b"X" + plain[31:],
        "zip whose local name is longer": patched(plain, _LOCAL, 26, "<H", 500),
        "zip with a broken entry": plain[:entry] + b"XXXX" + plain[entry + 4 :],
        "zip with a member twice": _twice(plain),
        "zip with a wrong checksum": patched(plain, _ENTRY, 16, "<I", 1, first_record),
        "zip with a flipped bit in a tensor": _flipped(plain),
        "zip with a wrong checksum of the pickle": patched(plain, _ENTRY, 16, "<I", 1),
        "zip that lacks a tensor's numbers": _without(good, "data/0"),
        "zip that lacks its pickle": _without(good, "data.pkl"),
        "zip with too short a tensor": rezipped(good, {"data/0": b"\0" * 8}),
        "zip with too long a tensor": rezipped(good, {"data/0": bytes(1_000_000)}),
        "zip with a path out of the folder": zipped(
            whole(softmax("../../0")), {"../../../etc/passwd": bytes(6272), "1": bytes(8)}
        ),
        "zip of a big-endian machine": rezipped(good, {"byteorder": b"big"}),
        "zip with an empty pickle": zipped(b""),
        "zip with an empty dictionary": zipped(whole(b"}")),
        "zip with a pickle and more": zipped(whole(b"}") + b"more"),
        "zip with a number": zipped(whole(b"K\x01")),
        "zip with a list": zipped(whole(b"]")),
    }


def _nth(data: bytes, mark: bytes, nth: int) -> bytes:
    place = -1
    for _ in range(nth + 1):
        place = data.index(mark, place + 1)
    return data[place:]


def _flipped(data: bytes) -> bytes:
    """One bit of the first tensor's numbers turned over."""
    place = data.index(b"data/0") + 6 + 40
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _twice(data: bytes) -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return archive([("a/data.pkl", whole(b"}")), ("a/data.pkl", whole(b"]"))])
