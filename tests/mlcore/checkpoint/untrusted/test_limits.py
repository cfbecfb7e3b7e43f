"""A limit on memory holds in a child process, and running into it is one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from checkpoint_corpus.good import saved, weights

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS is Linux's")


def child(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@linux
def test_more_than_the_limit_is_not_given_and_the_block_ends_it() -> None:
    out = child(
        "from mlcore.checkpoint.untrusted.limits import memory_limit\n"
        "with memory_limit(50_000_000) as limited:\n"
        "    try:\n"
        "        bytearray(200_000_000)\n"
        "    except MemoryError:\n"
        "        print('refused', limited)\n"
        "print(len(bytearray(200_000_000)))\n"
    )
    assert out.split("\n")[:2] == ["refused True", "200000000"]


@linux
def test_a_file_beyond_the_limit_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "big.pt").write_bytes(saved(weights(10_000, 3)))  # 31 MB
    out = child(
        "import sys, torch\n"
        "from mlcore.checkpoint import load\n"
        "from mlcore.checkpoint.untrusted.limits import memory_limit\n"
        "from mlcore.errors import CheckpointError\n"
        "torch.set_num_threads(64)\n"
        "import mlcore.checkpoint.read\n"
        "with memory_limit(20_000_000) as limited:\n"
        "    assert limited\n"
        "    try:\n"
        "        load(sys.argv[1])\n"
        "    except CheckpointError as error:\n"
        "        print(error)\n",
        str(tmp_path / "big.pt"),
    )
    assert out.startswith("The file needs more memory than may be used for it")


@linux
def test_a_large_good_file_is_read_without_starting_threads(tmp_path: Path) -> None:
    (tmp_path / "big.pt").write_bytes(saved(weights(10_000, 3)))
    out = child(
        "import os, sys, torch\n"
        "from mlcore.checkpoint import inspect, load\n"
        "from mlcore.checkpoint.untrusted.limits import memory_limit\n"
        "torch.set_num_threads(64)\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "with memory_limit(100_000_000):\n"
        "    load(sys.argv[1])\n"
        "    inspect(sys.argv[1])\n"
        "print(len(os.listdir('/proc/self/task')) - before, torch.get_num_threads())\n",
        str(tmp_path / "big.pt"),
    )
    assert out.split() == ["0", "64"]
