"""What all sessions of this server share: the runs, their queue, and the processes that train."""

from __future__ import annotations

import atexit
import logging
import os
from pathlib import Path

import streamlit as st

from mlcore.files import expand_home
from mlcore.jobs import Jobs
from mlcore.runs import RunStore
from mlcore.runs.active.queue import RunQueue

__all__ = ["jobs", "queue", "runs_root", "store"]

_LOG = logging.getLogger("dashboard")


def runs_root() -> Path:
    """The folder of all runs: the variable MLCORE_RUNS, else `runs` in the working directory."""
    return expand_home(os.environ.get("MLCORE_RUNS") or "runs").resolve()


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The one client of the supervisor, shared by all sessions of this server.

    When the server is asked to end (Ctrl-C, SIGTERM) its runs stop with a checkpoint; when it is
    killed they continue.
    """
    client = Jobs(runs_root())
    atexit.register(_stop_runs, client)
    return client


def _stop_runs(client: Jobs) -> None:
    """Stop the server's runs, and report it in its terminal."""
    stopped = client.shutdown()
    if stopped:
        _LOG.warning("stopped %s; the Train page offers to resume.", ", ".join(stopped))


def queue() -> RunQueue:
    """The active runs and those that wait for a slot on a device."""
    return RunQueue(store().root)


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """The run folders, shared by all sessions of this server."""
    return RunStore(runs_root())
