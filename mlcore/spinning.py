"""How long torch's threads spin before they sleep, changed while they run.

torch's operations share their work among threads that wait for each other some twenty times a
step. GNU's OpenMP library, which torch for Linux brings along, lets a waiting thread spin for
milliseconds before it sleeps: the fastest way, as long as every thread has a core to itself. Beside
other work it is the slowest: a thread spins through its share of the time while the one that it
waits for is not scheduled, and an epoch takes ten times as long, and more.

The library has a remedy of its own: as soon as it manages more threads than there are cores, all
of them spin for some microseconds only (libgomp, `gomp_throttled_spin_count_var`). So one more
thread, asleep, turns every wait short, and its end turns them long again. The threads that compute
stay as many as they were, and so the numbers stay the same to the last bit.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from pathlib import Path

__all__ = ["Spins", "spins_of"]


class Spins:
    """Long spins, as the library has them by itself, or short ones.

    Args:
        library: the OpenMP library that torch has loaded.
        spare: threads to add for short spins, so that there are more than cores.
    """

    def __init__(self, library: ctypes.CDLL, spare: int) -> None:
        self._library, self._spare = library, spare
        self._end: threading.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def short(self) -> bool:
        """Whether waiting threads soon sleep."""
        return self._end is not None

    def set(self, short: bool) -> None:
        """Make the waits of this process short, or long again."""
        if short == self.short:
            return
        if self._end is None:
            self._end, begun = threading.Event(), threading.Event()
            self._thread = threading.Thread(
                target=self._hold, args=(begun, self._end), name="short spins", daemon=True
            )
            self._thread.start()
            begun.wait()
        else:
            self._end.set()
            if self._thread is not None:
                self._thread.join()
            self._end = self._thread = None

    def _hold(self, begun: threading.Event, end: threading.Event) -> None:
        """Have a team of threads, which do nothing, for as long as this thread lives."""
        nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
        self._library.GOMP_parallel(nothing, None, self._spare + 1, 0)
        begun.set()
        end.wait()


def spins_of(threads: int) -> Spins | None:
    """What changes the spins of this process, or None where nothing can or need be changed.

    Args:
        threads: that torch computes with; a single one waits for nobody.
    """
    library = _library() if threads > 1 else None
    if library is None:
        return None
    cores = int(library.omp_get_num_procs())
    return Spins(library, max(1, cores - threads + 1))


@functools.cache
def _library() -> ctypes.CDLL | None:
    """The OpenMP library that this process has loaded, if it is GNU's."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
        paths = {line.split(maxsplit=5)[5].strip() for line in maps.splitlines() if "gomp" in line}
        # Other packages may bring a copy of their own.
        library = ctypes.CDLL(min(paths, key=lambda path: "torch" not in path))
        parallel, procs = library.GOMP_parallel, library.omp_get_num_procs
    except (OSError, ValueError, IndexError, AttributeError):
        return None  # another system, or another library
    parallel.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
    parallel.restype = None
    procs.argtypes, procs.restype = [], ctypes.c_int
    return library
