"""A widget's callback is called once for each change, and runs to its end.

**A timed refresh repeats changes.** The browser sends a changed widget a moment after the event.
A fragment with `run_every` may refresh in between, and its request carries the state of all
widgets too: a click's callback then runs twice, and a typed value arrives in the run of a fragment
that does not draw its field. So the widget states are taken out of timed refreshes; each change
arrives with its own request. (No upstream issue found; streamlit/streamlit#14064 works on the
widgets that such a refresh forgets.)

**A callback is cut off.** When a rerun is requested, the current run of the script raises at its
next access to the session state. In a callback, what a person did is lost: the next run sees no
change to call it for. So a callback finishes first, and the run ends right after it. (Waits for
streamlit/streamlit#10578, which asks for code that a rerun does not interrupt.)

Both patches replace private names of Streamlit 1.67. Where a release lacks them it is left alone,
and the server's log says so; a test checks the installed release.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import replace
from typing import Any

__all__ = ["patch"]

_LOG = logging.getLogger("dashboard")


@functools.cache
def patch() -> bool:
    """Apply both patches for all sessions of this server; later calls do nothing.

    Returns:
        Whether this release has the names that they replace.
    """
    try:
        _drop_states_of_timed_refreshes()
        _let_callbacks_finish()
    except (ImportError, AttributeError) as error:
        _LOG.warning(
            "with this release of Streamlit a click may count twice or get lost: %s", error
        )
        return False
    return True


def _drop_states_of_timed_refreshes() -> None:
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

    original = ScriptRequests.request_rerun

    @functools.wraps(original)
    def request_rerun(self: ScriptRequests, new_data: RerunData) -> bool:
        if new_data.is_auto_rerun:
            new_data = replace(new_data, widget_states=None)
        return original(self, new_data)

    ScriptRequests.request_rerun = request_rerun  # type: ignore[method-assign]


def _let_callbacks_finish() -> None:
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
    from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

    original = ScriptRunner._maybe_handle_execution_control_request
    callback = RunLocation.CALLBACK

    def in_callback() -> bool:
        try:
            return ThreadState.get().run_location is callback
        except RuntimeError:  # not the thread of a script
            return False

    @functools.wraps(original)
    def maybe_handle_execution_control_request(self: Any) -> None:
        if not in_callback():
            original(self)

    ScriptRunner._maybe_handle_execution_control_request = (  # type: ignore[method-assign]
        maybe_handle_execution_control_request
    )
