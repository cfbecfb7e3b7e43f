"""What all sessions of this server share: the runs, their queue, and the processes that train."""

from __future__ import annotations

import atexit
import logging
import os
from pathlib import Path

import streamlit as st

from mlcore.jobs import Jobs
from mlcore.runs import RunStore
from mlcore.runs.active.queue import RunQueue

__all__ = ["jobs", "keep_ready", "queue", "runs_root", "store"]

_LOG = logging.getLogger("dashboard")


def runs_root() -> Path:
    """The folder of all runs: the variable MLCORE_RUNS, else `runs` where the app was started."""
    return Path(os.environ.get("MLCORE_RUNS") or "runs").expanduser().resolve()


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The one client of the supervisor, shared by all sessions of this server.

    When the server is asked to end (Ctrl-C, SIGTERM) its runs stop with a checkpoint; when it is
    killed they go on.
    """
    client = Jobs(runs_root())
    atexit.register(_part, client)
    return client


def _part(client: Jobs) -> None:
    """Stop the server's runs, and say so in its terminal."""
    stopped = client.shutdown()
    if stopped:
        _LOG.warning("stopped %s; the Train page offers to resume.", ", ".join(stopped))


@st.cache_resource(show_spinner=False, max_entries=1)
def keep_ready(data_name: str, root: str) -> None:
    """Have the supervisor hold this data set, so that a click on Train finds it in memory.

    Sent once for each change of data set; sent again it would cost the supervisor a `stat`.
    """
    jobs().warm(data_name, Path(root))


def queue() -> RunQueue:
    """The runs that wait for a place, and those that have one."""
    return RunQueue(store().root)


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """The run folders, shared by all sessions of this server."""
    return RunStore(runs_root())
