"""What a person does is heard once, and to its end: two gaps of Streamlit, closed here.

A change of a widget is sent a moment after the event that made it. A fragment that refreshes
itself by a timer may come in between, and it sends the state of all widgets along: a click is
then heard twice, and a typed value in the run of a fragment that does not draw it. So such a
refresh tells nothing of widgets, and what was done comes with its own message alone.

A run of the script ends at its next look into the session when another is asked for. In a
callback that loses what was done: the next run finds no change to call it for. So a callback is
let finish, and the run ends right after it.

Both go through names that are Streamlit's own (1.67). A release that has others is left as it is,
and says so in the server's log.
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
    """Close both gaps for all sessions of this server; later calls do nothing.

    Returns:
        Whether that could be done.
    """
    try:
        _refreshes_tell_nothing()
        _callbacks_finish()
    except (ImportError, AttributeError) as error:
        _LOG.warning("this release of Streamlit may hear a click twice (%s)", error)
        return False
    return True


def _refreshes_tell_nothing() -> None:
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

    ask = ScriptRequests.request_rerun

    @functools.wraps(ask)
    def request_rerun(self: ScriptRequests, new_data: RerunData) -> bool:
        if new_data.is_auto_rerun:
            new_data = replace(new_data, widget_states=None)
        return ask(self, new_data)

    ScriptRequests.request_rerun = request_rerun  # type: ignore[method-assign]


def _callbacks_finish() -> None:
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
    from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

    heed, callback = ScriptRunner._maybe_handle_execution_control_request, RunLocation.CALLBACK

    def in_callback() -> bool:
        try:
            return ThreadState.get().run_location is callback
        except RuntimeError:  # not the thread of a script
            return False

    @functools.wraps(heed)
    def maybe_handle_execution_control_request(self: Any) -> None:
        if not in_callback():
            heed(self)

    ScriptRunner._maybe_handle_execution_control_request = (  # type: ignore[method-assign]
        maybe_handle_execution_control_request
    )
