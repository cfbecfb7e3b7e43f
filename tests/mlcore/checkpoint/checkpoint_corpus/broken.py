"""Files that are something else, and legacy files that lie."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile

import numpy as np

from checkpoint_corpus.good import saved, weights
from checkpoint_corpus.pickles import (
    HEAD,
    block,
    integer,
    legacy,
    softmax,
    table,
    tensor,
    text,
    whole,
)

_PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(64)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name in ("storages", "tensors", "pickle"):
            file.addfile(tarfile.TarInfo(name))
    return buffer.getvalue()


def _numpy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(4))
    return buffer.getvalue()


def files() -> dict[str, bytes]:
    one = tensor("0", (1,), numel=1, stride=(1,))
    key = b"]" + text("0") + b"a"
    both = b"](" + text("0") + text("1") + b"e"
    count, value = (1).to_bytes(8, "little"), bytes(4)
    old = saved(weights(), legacy=True)
    return {
        "empty file": b"",
        "one byte": b"\x80",
        "zeros": bytes(1000),
        "text": b"epoch,loss\n1,0.5\n" * 20,
        "JSON text": b'{"model_state_dict": {}}',
        "HTML text": b"<!doctype html><title>Sign in</title>",
        "a pointer of git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "PNG picture": _PNG,
        "JPEG picture": b"\xff\xd8\xff\xe0" + bytes(64),
        "PDF document": b"%PDF-1.7\n" + bytes(64),
        "gzip of a checkpoint": gzip.compress(saved(weights())),
        "tar archive": _tar(),
        "NumPy array": _numpy(),
        "program": b"\x7fELF" + bytes(64),
        "plain pickle": pickle.dumps({"fc1.weight": [0.0]}, protocol=2),
        "plain pickle of protocol 4": pickle.dumps({"fc1.weight": [0.0]}, protocol=4),
        "half a magic number": old[:10] + b"\0" + old[11:],
        "legacy of an unknown protocol": old.replace(b"M\xe9\x03.", b"M\xea\x03.", 1),
        "legacy of a big-endian machine": legacy(
            table({"a": one}), key, count + value, little=False
        ),
        "legacy without keys": legacy(table({"a": one}), b"}"),
        "legacy with a key of no tensor": legacy(table({"a": one}), b"]" + text("9") + b"a", count),
        "legacy with a key twice": legacy(
            table({"a": one}), b"](" + text("0") * 2 + b"e", (count + value) * 2
        ),
        "legacy with a lying count": legacy(softmax(), both, block(1569) + block(2)),
        "legacy with bytes behind it": legacy(softmax(), both, block(1568) + block(2) + b"more"),
        "legacy that lacks a tensor": legacy(softmax(), key, block(1568)),
        "legacy with a number as key": legacy(table({"a": one}), b"]" + integer(0) + b"a"),
        "pickle without an end": HEAD + b"}" * 10,
        "pickle that takes from nothing": whole(b"0" * 5 + b"s"),
        "pickle of unknown steps": HEAD + bytes(range(0xF0, 0x100)),
        "wide characters": "Ünïcödé".encode("utf-16"),
    }
