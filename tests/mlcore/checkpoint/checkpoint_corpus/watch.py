"""Reading files in a watched child process, and the limits that hold for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from checkpoint_corpus import child
from checkpoint_corpus.good import saved, weights

MEMORY = 100 * 10**6  # bytes that reading may add to the process
SECONDS = 2.0  # of work for one file
WALL = 15.0  # seconds by the clock, on a machine that does other things too
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measures by /proc")


def read_all(folder: Path, paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Read files in one watched child; path → what became of it."""
    good = folder / "good.pt"
    good.write_bytes(saved(weights()))
    lines = "".join(json.dumps(str(path)) + "\n" for path in (good, *paths))
    done = subprocess.run(
        [sys.executable, child.__file__],
        input=lines,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    last = found[-1].get("path") if found else None
    assert done.returncode == 0, f"died with {done.returncode} after {last}: {done.stderr[-2000:]}"
    assert found.pop() == {"random_state_kept": True}
    return {result["path"]: result for result in found}
