"""What a person does counts once, and with all values that were on the screen.

**A click arrives without its values.** A field sends its value when it loses the focus: as a mouse
button goes down, one message before the click. The callbacks of a message are called in the order
of its widgets, so a click could be handled before the value that was typed ahead of it. So all
values of a message are taken first, and then its callbacks are called.

**A message is dropped.** With `runner.fastReruns` a message ends the run of the script before it,
also one that has not begun, and whatever was clicked to cause that one is lost. Without it, the
messages that wait become one, with all clicks.

**A timed refresh repeats changes.** The browser sends a changed widget a moment after the event.
A fragment with `run_every` may refresh in between, and its request carries the state of all
widgets too: a click's callback then runs twice. So the widget states are taken out of timed
refreshes; each change arrives with its own request. (No upstream issue found;
streamlit/streamlit#14064 works on the widgets that such a refresh forgets.) One that was sent
before its fragment left the page is no news for the server's log.

**A timed refresh leads back.** Requests that wait become one, for the page that the last of them
names. Where a click leads to another page, a refresh of the page before it may be the last, or what
a script that still draws it asks for by `st.rerun`, and the click leads nowhere. So both go where
the request goes that waits already.

**A callback is cut off.** When a rerun is requested, the current run of the script raises at its
next access to the session state. In a callback, what a person did is lost: the next run sees no
change to call it for. So a callback finishes first, and the run ends right after it. (Waits for
streamlit/streamlit#10578, which asks for code that a rerun does not interrupt.)

All patches replace private names of Streamlit 1.67. Where a release lacks them it is left alone,
and the server's log says so; a test checks the installed release.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import replace
from typing import Any

from streamlit import config

from dashboard.gaps.widgets import take_changes

__all__ = ["patch"]

_LOG = logging.getLogger("dashboard")
_REQUESTS = (  # the loggers that tell of them
    "streamlit.runtime.app_session",
    "streamlit.runtime.scriptrunner.script_runner",  # where a click was joined to such a request
)
_NO_NEWS = ("The fragment with id %s does not exist anymore", "Couldn't find fragment with id %s")


@functools.cache
def patch() -> bool:
    """Apply the patches for all sessions of this server; later calls do nothing.

    Returns:
        Whether this release has the names that they replace.
    """
    config.set_option("runner.fastReruns", False)
    for name in _REQUESTS:
        logging.getLogger(name).addFilter(_is_news)
    try:
        _drop_states_of_timed_refreshes()
        _let_callbacks_finish()
        _take_values_before_clicks()
    except (ImportError, AttributeError) as error:
        _LOG.warning(
            "with this release of Streamlit a click may count twice or get lost: %s", error
        )
        return False
    return True


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_NO_NEWS)


def _drop_states_of_timed_refreshes() -> None:
    from streamlit.runtime.scriptrunner_utils import script_run_context
    from streamlit.runtime.scriptrunner_utils.script_requests import (
        RerunData,
        ScriptRequests,
        ScriptRequestType,
    )

    original = ScriptRequests._request_rerun_locked

    def is_of_the_page_before(new_data: RerunData) -> bool:
        script = script_run_context.get_script_run_ctx(suppress_warning=True)  # `st.rerun` has one
        page = new_data.page_script_hash
        return new_data.is_auto_rerun or (script is not None and page == script.page_script_hash)

    @functools.wraps(original)
    def request_rerun(self: ScriptRequests, new_data: RerunData) -> bool:
        if new_data.is_auto_rerun:
            new_data = replace(new_data, widget_states=None)
        waiting = self._rerun_data if self._state is ScriptRequestType.RERUN else RerunData()
        page = waiting.page_script_hash
        if page and page != new_data.page_script_hash and is_of_the_page_before(new_data):
            new_data = replace(
                new_data,
                page_script_hash=page,
                page_name=waiting.page_name,
                query_string=waiting.query_string,
            )
        return original(self, new_data)

    ScriptRequests._request_rerun_locked = request_rerun  # type: ignore[method-assign]


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


def _take_values_before_clicks() -> None:
    from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState
    from streamlit.runtime.state.session_state import SessionState

    original = SessionState._call_callbacks

    @functools.wraps(original)
    def call_callbacks(self: SessionState, **incoming: Any) -> None:
        with ThreadState.scoped(run_location=RunLocation.CALLBACK):
            take_changes()
        original(self, **incoming)

    SessionState._call_callbacks = call_callbacks  # type: ignore[method-assign]
