"""Mutations of good files: each is read, or refused in one sentence; nothing else happens.

Random bytes inside a zip mostly break a checksum, so the pickle is also mutated on its own and
zipped anew with checksums that are right.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoint_corpus.good import DATA, saved, snapshot, trained, tutorial, weights
from checkpoint_corpus.neighbours import values
from checkpoint_corpus.pickles import rezipped
from checkpoint_corpus.watch import MEMORY, SECONDS, WALL, linux, read_all
from safetensors.torch import save as to_safetensors

from mlcore.checkpoint.write import full_tree
from mlcore.config import OptimConfig

BATCH = 1000


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Some bytes flipped, replaced, dropped, doubled or moved; mostly near the start."""
    raw = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        end = min(len(raw), rng.choice((16, 200, 2000, 10**9)))
        start = rng.randrange(end) if end else 0
        piece = raw[start : start + rng.randint(1, 40)]
        match rng.randrange(6):
            case 0:
                raw[start : start + 1] = bytes([rng.randrange(256)])
            case 1:
                if end:
                    raw[start] ^= 1 << rng.randrange(8)
            case 2:
                raw[start : start + len(piece)] = b""
            case 3:
                raw[start:start] = piece * rng.randint(1, 3)
            case 4:
                place = rng.randrange(end) if end else 0
                raw[place : place + len(piece)] = piece
            case _:
                raw[start : start + 8] = rng.choice((b"\xff" * 8, bytes(8), b"\x7f" * 8))
    if rng.random() < 0.05:
        del raw[rng.randrange(len(raw) + 1) :]
    return bytes(raw)


def objects(protocol: int) -> bytes:
    """A whole module with its optimizer, and all kinds of objects beside them."""
    model, optimizer, _ = trained(OptimConfig(name="adam"), 4, 3, batch_norm=True)
    beside = {name: value for name, value in values().items() if "history" not in name}
    return saved({**beside, "net": model, "optimizer": optimizer}, protocol=protocol)


def makers() -> list[Callable[[random.Random], bytes]]:
    """One maker of mutations for each kind of file."""
    full = saved(full_tree(snapshot(), DATA))
    bare = saved(weights(batch_norm=True))
    old = saved(tutorial(), legacy=True)
    flat = to_safetensors(weights(batch_norm=True), metadata={"mlcore": '{"epoch":1}'})

    def inside(data: bytes) -> Callable[[random.Random], bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            name = next(name for name in file.namelist() if name.endswith("/data.pkl"))
            pickle = file.read(name)
        return lambda rng: rezipped(data, {"/data.pkl": mutated(pickle, rng)})

    def tail(data: bytes) -> Callable[[random.Random], bytes]:
        at = data.index(b"PK\x01\x02")
        return lambda rng: data[:at] + mutated(data[at:], rng)

    whole = [full, bare, old, flat]
    return [
        *(lambda rng, data=data: mutated(data, rng) for data in whole),
        inside(full),
        inside(bare),
        tail(bare),
        *(inside(objects(protocol)) for protocol in (2, 4)),
    ]


def fuzz(folder: Path, count: int, seed: int) -> dict[str, int]:
    """Read so many mutations; how many ended how."""
    rng, made = random.Random(seed), makers()
    outcomes: dict[str, int] = {}
    for first in range(0, count, BATCH):
        paths = []
        for number in range(first, min(first + BATCH, count)):
            paths.append(folder / f"{number}.pt")
            paths[-1].write_bytes(made[number % len(made)](rng))
        for path, result in read_all(folder, paths).items():
            keep = Path(path).read_bytes()[:300], result
            assert result["outcome"] in ("loaded", "refused"), keep
            assert not result["events"], keep
            assert result["growth"] < MEMORY, keep
            assert result["seconds"] < SECONDS, keep
            assert result["wall"] < WALL, keep
            assert result["message"].isprintable(), keep
            outcomes[result["outcome"]] = outcomes.get(result["outcome"], 0) + 1
            Path(path).unlink()
    return outcomes


@linux
def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    outcomes = fuzz(tmp_path, 540, seed=5)
    assert min(outcomes["loaded"], outcomes["refused"]) > 5


@linux
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_thousand_mutations_are_read_or_refused(tmp_path: Path) -> None:
    outcomes = fuzz(tmp_path, 10_000, seed=6)
    assert sum(outcomes.values()) == 10_000
    print(outcomes)
