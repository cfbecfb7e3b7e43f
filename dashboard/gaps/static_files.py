"""A file that browsers keep: Streamlit serves `static/`, but says nothing of how long to keep it.

Browsers then guess a lifetime from the file's age, so a file is dated back. (No upstream issue
found; streamlit/streamlit#5768 asks for the same of the files of components.)
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mlcore.files import atomic_file

__all__ = ["publish_file"]

_LONG_AGO = 1_500_000_000  # unix seconds


def publish_file(source: Path, target: Path) -> bool:
    """Copy a file into the served folder, whole and dated back, unless it is there already.

    Args:
        source: the file.
        target: where to put it; its name carries a version, as browsers keep it for long.

    Returns:
        False where the folder cannot be written.
    """
    with contextlib.suppress(OSError):
        if target.stat().st_size == source.stat().st_size:
            return True
    try:
        target.parent.mkdir(exist_ok=True)
        with atomic_file(target) as (file, temporary):
            file.write(source.read_bytes())
            file.flush()
            os.utime(temporary, (_LONG_AGO, _LONG_AGO))
    except OSError:
        return False
    return True
