"""Small files that ask for much: memory, time, or the depth of the C stack."""

from __future__ import annotations

import itertools
import struct
import zipfile

from checkpoint_corpus.pickles import (
    HEAD,
    call,
    integer,
    legacy,
    name,
    sizes,
    storage,
    table,
    tensor,
    text,
    whole,
    zipped,
)

DEEP = 90_000


def _laughs(levels: int, each: int) -> bytes:
    """A list of references to a list of references to …: each ** levels nodes."""
    body = b"(]q\x00"
    for level in range(levels):
        body += b"](" + (b"h" + bytes([level])) * each + b"eq" + bytes([level + 1])
    return body + b"t"


def _colliding(count: int) -> bytes:
    """Keys whose hashes are all equal: a dictionary of them takes quadratic time."""
    modulus = 2**61 - 1
    return b"}(" + b"".join(integer(i * modulus) + b"N" for i in range(1, count)) + b"u"


def _claims() -> bytes:
    """A well-formed model of a gigabyte, whose numbers are not in the file."""
    widths = (784, 16_384, 16_384, 10)
    tensors = {}
    for number, (before, after) in enumerate(itertools.pairwise(widths), start=1):
        tensors[f"fc{number}.weight"] = tensor(
            str(2 * number - 2), (after, before), numel=after * before, stride=(before, 1)
        )
        tensors[f"fc{number}.bias"] = tensor(
            str(2 * number - 1), (after,), numel=after, stride=(1,)
        )
    return table(tensors)


def files() -> dict[str, bytes]:
    one = {"0": b"\0" * 4}
    big = tensor("0", (2**20, 2**20), numel=1, stride=(0, 0))
    wide = tensor("0", (784, 2**30), numel=1, stride=(0, 0))
    claim = _claims()
    nested_key = b"}" + b")" + b"\x85" * DEEP + b"Ns"
    cycle = b"]q\x00h\x00a"
    keyed = b"}q\x00" + text("a") + b"h\x00s"
    zeros = bytes(100_000_000)
    pickle_of_zeros = HEAD + b"N0" * 1_500_000 + b"N."
    count = struct.pack("<Q", 2**40)
    return {
        "bytearray of half a gigabyte": zipped(
            whole(call("builtins", "bytearray", integer(500_000_000)))
        ),
        "deflated tensor": zipped(
            whole(tensor("0", (25_000_000,), numel=25_000_000, stride=(1,))),
            {"0": zeros},
            method=zipfile.ZIP_DEFLATED,
        ),
        "deflated pickle": zipped(pickle_of_zeros, method=zipfile.ZIP_DEFLATED),
        "bzip2 tensor": zipped(whole(b"}"), {"0": zeros[: 10**7]}, method=zipfile.ZIP_BZIP2),
        "terabytes by stride 0": zipped(whole(table({"fc1.weight": big})), one),
        "gigabytes by stride 0": zipped(whole(table({"fc1.weight": wide})), one),
        "terabytes by stride 0, legacy": legacy(
            table({"fc1.weight": big}), b"]" + text("0") + b"a", struct.pack("<Qf", 1, 0.0)
        ),
        "storage that claims 8 GB": zipped(whole(claim), one),
        "legacy storage that claims 8 GB": legacy(
            claim, b"]" + text("0") + b"a", count + bytes(64)
        ),
        "size of 2**62": zipped(
            whole(table({"a": tensor("0", (2**62,), numel=2**62, stride=(1,))})), one
        ),
        "sizes whose product overflows": zipped(
            whole(table({"a": tensor("0", (2**32, 2**32), numel=0, stride=(2**32, 1))})), one
        ),
        "negative size": zipped(
            whole(table({"a": tensor("0", (-1, -1), numel=1, stride=(1, 1))})), one
        ),
        "shape of many axes": zipped(
            whole(table({"a": tensor("0", (1,) * 10_000, numel=1, stride=(1,) * 10_000)})), one
        ),
        "torch.Size of many axes": zipped(whole(call("torch", "Size", sizes(*range(50_000))))),
        "tuples, deeply nested": zipped(whole(b")" + b"\x85" * DEEP)),
        "lists, deeply nested": zipped(whole(b"]" * DEEP + b"a" * (DEEP - 1))),
        "dictionaries, deeply nested": zipped(
            whole((b"}" + text("a")) * 10_000 + b"N" + b"s" * 10_000)
        ),
        "marks, deeply nested": zipped(whole(b"(" * DEEP + b"t" * DEEP)),
        "key, deeply nested": zipped(whole(nested_key)),
        "key, deeply nested, legacy": legacy(nested_key),
        "list that holds itself": zipped(whole(cycle)),
        "dictionary that holds itself": zipped(whole(keyed)),
        "references to references": zipped(whole(_laughs(20, 100))),
        "keys that collide": zipped(whole(_colliding(40_000))),
        "endless steps": zipped(whole(b"N" + b"q\x00" * 900_000)),
        "lists without number": zipped(whole(b"]" * 1_900_000)),
        "text that claims 4 GB": zipped(HEAD + b"X\xff\xff\xff\xffabc."),
        "text of a megabyte": zipped(whole(text("a" * 1_000_000))),
        "integer of 255 bytes": zipped(HEAD + b"\x8a\xff" + b"\x7f" * 255 + b"."),
        "integer that claims 2 GB": zipped(HEAD + b"\x8b\xff\xff\xff\x7f\x01."),
        "bytes that claim 2**60": zipped(b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b"."),
        "frame that claims 2**60": zipped(b"\x80\x04\x95" + struct.pack("<Q", 2**60) + b"N."),
        "memo at the far end": zipped(whole(b"Nr\xff\xff\xff\xff" + b"j\xff\xff\xff\xfe")),
        "name without an end": zipped(HEAD + b"c" + b"a" * 1_000_000),
        "one storage behind ten thousand tensors": zipped(
            whole(
                table(
                    {
                        f"fc{i}.bias": tensor("0", (250_000,), numel=250_000, stride=(1,))
                        for i in range(1, 1500)
                    }
                )
            ),
            {"0": bytes(1_000_000)},
        ),
        "storage alone": zipped(whole(storage("0", 1)), one),
        "name alone": zipped(whole(name("torch", "FloatStorage"))),
        "pickle of three megabytes": zipped(whole(b"]" + b"Na" * 1_500_000)),
    }
