"""How much a file may ask for, and a memory limit for the process that reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["MAX_BYTES", "UPLOAD_BYTES", "memory_limit"]

UPLOAD_BYTES = 64 * 2**20
"""Bytes that a stranger's file may have, and that its tensors may take once they are float32."""

MAX_BYTES = 2**32 - 1
"""Bytes of the largest checkpoint that is read at all (offsets in a zip directory end there)."""

PICKLE_BYTES = 12 * 2**20
PICKLE_OPCODES = 400_000  # of which a run of floats counts as one
PICKLE_FLOATS = 500_000  # that are kept
PICKLE_OBJECTS = 200_000  # lists, dictionaries, texts, names, notes
PICKLE_MEMO = 200_000
PICKLE_STRING = 65_536  # bytes of one text; longer ones are skipped
PICKLE_TEXT = 4 * 2**20  # bytes of all texts
PICKLE_INTEGER = 16  # bytes of one long integer
INT_KEYS = 65_536  # integers that are keys count parameters
TREE_DEPTH = 24
TREE_NODES = 400_000
ENTRY_NODES = 100_000  # of one entry of the outermost dictionary
OBJECTS = 16  # pickled modules and optimizers that are read
MODULES = 4096  # within a pickled one, with the entries of their tables
MODULE_DEPTH = 32
ZIP_MEMBERS = 4096
ZIP_DIRECTORY_BYTES = 2**20
HEADER_BYTES = 2**20  # of a safetensors file
TENSORS = 4096
DIMENSIONS = 4
OUTPUTS = 1000
TEXT = 200  # characters of a name: a data set, a class, a version


@contextmanager
def memory_limit(extra_bytes: int) -> Iterator[bool]:
    """Within the block this process gets at most `extra_bytes` of address space more than now.

    Only the soft limit of `RLIMIT_AS` is lowered, so that it can be lifted again. Address space
    counts what is reserved too, about 72 MiB for each thread that starts later, and torch dies
    where it cannot start one; `load` and `inspect` start none.

    Yields:
        Whether the limit is set; False where the platform has none (macOS, Windows).
    """
    if not sys.platform.startswith("linux"):
        yield False
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    wanted = pages * os.sysconf("SC_PAGE_SIZE") + extra_bytes
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield True
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
