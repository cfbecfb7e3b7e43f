"""What runs of the script say reaches the browser whole and in its place, and clears no page.

A run of a fragment draws a part of a page; the browser must have the rest of it.

**A refresh of the page before.** One that was asked for as a person, or the script, went on to
another page names the page before. The browser takes that for a change of page, clears what it
shows, and gets a part of it: it stops with "Bad delta path index". So a run of a fragment is one of
the page that the session is on, at its address; where that page has no such fragment, it draws
nothing.

**Two clicks in one message.** What a person does within a moment, as while the browser is busy, is
one message, which names the fragment of one of the widgets only, and the others' parts stay as they
were. So where a message tells of a change outside the fragments that it names, the whole page runs.

**Messages that wait.** When a fragment runs, what the run before has said of it is dropped if it
waits to be sent, but not what follows it on the page, which then has no place: the page loses an
element, or stops. So all of it is sent; what a fragment says anew replaces it in the browser.

**A run that has just ended.** When a request arrives before all that was said has been taken in,
what is left is dropped, as if it came from a run that was stopped. So it is taken in.

**A page asked for as a fragment has just run.** Where the request comes between the fragment's last
look for one and the end of its thread, that thread draws the page too, and the place in which the
fragment has drawn is still the one to draw in: the page is sent as a part of itself, and the
browser stops with "Bad delta path index". So each run begins at the page's root.

(No upstream issue found.) All patches replace private names of Streamlit 1.67. Where a release
lacks them it is left alone, and the server's log says so; a test checks the installed release.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

__all__ = ["patch"]

_LOG = logging.getLogger("dashboard")


@functools.cache
def patch() -> bool:
    """Apply the patches for all sessions of this server; later calls do nothing.

    Returns:
        Whether this release has the names that they replace.
    """
    try:
        _run_in_its_place_what_a_message_is_about()
        _keep_what_waits()
        _keep_what_was_said_last()
    except (ImportError, AttributeError) as error:
        _LOG.warning("with this release of Streamlit a page may lose parts of itself: %s", error)
        return False
    return True


def _run_in_its_place_what_a_message_is_about() -> None:
    from streamlit.delta_generator_singletons import (
        context_dg_stack,
        get_default_dg_stack_value,
    )
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

    original = ScriptRunner._run_script

    @functools.wraps(original)
    def run_script(self: Any, rerun_data: Any) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        rerun_data = _of_this_page(self, rerun_data)
        if _changes_more(self, rerun_data):
            rerun_data = replace(rerun_data, fragment_id_queue=[], is_fragment_scoped_rerun=False)
        original(self, rerun_data)

    ScriptRunner._run_script = run_script  # type: ignore[method-assign]


def _of_this_page(runner: Any, rerun_data: Any) -> Any:
    page = runner._pages_manager.current_page_script_hash
    if not rerun_data.fragment_id_queue or rerun_data.page_script_hash == page:
        return rerun_data
    with runner._session_state.query_params() as now:
        query = urlencode({name: now.get_all(name) for name in now}, doseq=True)
    return replace(rerun_data, page_script_hash=page, query_string=query)


def _changes_more(runner: Any, rerun_data: Any) -> bool:
    """Whether a widget outside the fragments that are to run has another value than before."""
    from streamlit.runtime.state.session_state import Serialized, WStates

    fragments = rerun_data.fragment_id_queue
    if not fragments or rerun_data.widget_states is None:
        return False
    with runner._session_state._lock:
        before = runner._session_state._state._new_widget_state
        for told in rerun_data.widget_states.widgets:
            kind = before.widget_metadata.get(told.id)
            if kind is None or kind.fragment_id in fragments or told.id not in before.states:
                continue
            now = WStates({told.id: Serialized(told)}, {told.id: kind})
            if now[told.id] != before[told.id]:
                return True
    return False


def _keep_what_waits() -> None:
    from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

    original = ForwardMsgQueue.clear

    @functools.wraps(original)
    def clear(
        self: Any,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        if retain_lifecycle_msgs and fragment_ids_this_run is not None:
            self._delta_index_map = {}  # what comes goes behind it, and is not put in its place
        else:
            original(self, retain_lifecycle_msgs, fragment_ids_this_run)

    ForwardMsgQueue.clear = clear  # type: ignore[method-assign]


def _keep_what_was_said_last() -> None:
    from streamlit.runtime.app_session import AppSession
    from streamlit.runtime.scriptrunner import ScriptRunnerEvent

    original = AppSession._handle_scriptrunner_event_on_event_loop

    @functools.wraps(original)
    def handle(self: Any, sender: Any, event: Any, *more: Any, **named: Any) -> None:
        if sender is None or sender._execing or event is ScriptRunnerEvent.SHUTDOWN:
            return original(self, sender, event, *more, **named)
        now, self._scriptrunner = self._scriptrunner, sender
        try:
            original(self, sender, event, *more, **named)
        finally:
            self._scriptrunner = now

    AppSession._handle_scriptrunner_event_on_event_loop = handle  # type: ignore[method-assign]
