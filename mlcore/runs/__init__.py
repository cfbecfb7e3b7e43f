"""Run folders: made and listed, steered, and read as a history.

A run is a folder and the folder is the protocol: the page, the shell and the worker share
nothing else. `config.json` is written once by the starter, `events.jsonl` is appended by the
worker, `control.jsonl` by anyone, `worker.json` names the worker, and `checkpoints/` holds what
the run can be resumed from.
"""

from mlcore.runs.active.steering import Request
from mlcore.runs.library.run_info import RunInfo
from mlcore.runs.library.store import RunStore, default_runs_root
from mlcore.runs.record.control import ControlLog, ask_resume, ask_start, send
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.history import History
from mlcore.runs.record.length import RunLength
from mlcore.runs.record.recorder import Recorder, record_failure
from mlcore.runs.record.status import ENDED, RunStatus, State, read_state, read_status

__all__ = [
    "ENDED",
    "ControlLog",
    "History",
    "Recorder",
    "Request",
    "RunFolder",
    "RunInfo",
    "RunLength",
    "RunStatus",
    "RunStore",
    "State",
    "ask_resume",
    "ask_start",
    "default_runs_root",
    "read_state",
    "read_status",
    "record_failure",
    "send",
]
