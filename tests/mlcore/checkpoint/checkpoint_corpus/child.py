"""Reads files in a process of its own, watched: run as a script, paths as JSON lines on stdin.

For each path it prints one JSON line: what became of the file, seconds of work and by the
clock, growth of the resident set in bytes at its highest, and any event of Python's audit log that
reading a file never needs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

from mlcore.checkpoint import inspect
from mlcore.checkpoint.untrusted import limits
from mlcore.errors import CheckpointError

FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "subprocess.Popen",
    "pickle.find_class",
    "marshal.loads",
    "code.__new__",
    "compile",
    "exec",
    "mmap.__new__",
    "socket.connect",
    "ctypes.dlopen",
    "tempfile.mkdtemp",
    "shutil.rmtree",
)
_events: list[str] = []
_watching = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    writes = event == "open" and len(arguments) > 1 and set(str(arguments[1])) & set("wax+")
    if event in FORBIDDEN or writes:
        _events.append(f"{event}{arguments[:2]!r}")


def _memory(field: str) -> int:
    """A figure of this process in bytes, as the kernel keeps it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def read(path: str) -> dict[str, Any]:
    """Inspect one file and measure what that took."""
    global _watching
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
    before = _memory("VmRSS")
    began, used = time.perf_counter(), time.process_time()
    _watching, message = True, ""
    try:
        inspect(path, max_bytes=limits.UPLOAD_BYTES)
        outcome = "loaded"
    except CheckpointError as error:
        outcome, message = "refused", str(error)
    except Exception as error:  # noqa: BLE001  the test wants to know of any other
        outcome, message = type(error).__name__, str(error)
    _watching = False
    wall, seconds = time.perf_counter() - began, time.process_time() - used
    growth = _memory("VmHWM") - before
    events, _events[:] = list(_events), []
    return {
        "path": path,
        "outcome": outcome,
        "message": message,
        "seconds": seconds,
        "wall": wall,
        "growth": growth,
        "events": events,
    }


def main() -> None:
    """Read a good file first, so that torch has set itself up; then all the others."""
    torch.set_num_threads(1)
    good, *paths = (json.loads(line) for line in sys.stdin)
    inspect(good)
    sys.addaudithook(_audit)
    state = torch.get_rng_state()
    for path in paths:
        print(json.dumps(read(path)), flush=True)
    print(json.dumps({"random_state_kept": torch.equal(state, torch.get_rng_state())}), flush=True)


if __name__ == "__main__":
    main()
