"""Servers forked from one process that has loaded what all of them load.

What runs is what `streamlit run dashboard/app.py` runs, with the same words, folder, environment
and streams; only the seconds in which Python imports torch and Streamlit are spent once.
`test_places.py` starts its own by the command itself.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

__all__ = ["Forked"]

_LOADED = "tests.browser.loaded"


class Forked:
    """A forked server, with what `subprocess.Popen` offers of it."""

    def __init__(self, words: Sequence[str], folder: Path, env: Mapping[str, str], log: Path):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_LOADED])
        self._process = context.Process(target=_serve, args=(list(words), folder, dict(env), log))
        # Else the child imports what is `__main__` here: after an AppTest, the app's own script.
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            self._process.start()
        finally:
            sys.modules["__main__"] = main
        self.pid = int(self._process.pid or 0)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("streamlit run", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _serve(words: list[str], folder: Path, env: dict[str, str], log: Path) -> None:
    """In the fork: become `python -m <words>`."""
    os.setsid()
    os.chdir(folder)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, number in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(stream, number)
    os.environ.clear()
    os.environ.update(env)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = list(words)
    importlib.import_module(_LOADED)  # done before, unless it failed: nobody was told of that
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # a fork of multiprocessing ends without them
