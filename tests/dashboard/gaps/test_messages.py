"""What is dropped between a run of the script and the browser: nothing that a page needs."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates

from dashboard.gaps.messages import _changes_more, _of_this_page, patch
from tests.dashboard.gaps.private import private

SESSION = "streamlit.runtime.app_session"
RUNNER = "streamlit.runtime.scriptrunner.script_runner"
RUNTIME = "streamlit.runtime.runtime"


@pytest.fixture(autouse=True)
def patched():
    assert patch()


def delta(*path, fragment="", text=""):
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    message.delta.fragment_id = fragment
    message.delta.new_element.markdown.body = text
    return message


def waiting(*messages):
    queue = private("streamlit.runtime.forward_msg_queue:ForwardMsgQueue")()
    for message in messages:
        queue.enqueue(message)
    return queue


def paths(queue):
    return [list(message.metadata.delta_path) for message in queue.flush()]


def test_what_waits_of_a_fragment_is_sent_although_it_runs_again_for_others_follow_it():
    queue = waiting(delta(0, 0), delta(0, 1, fragment="a"), delta(0, 2))
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["a"])
    queue.enqueue(delta(0, 1, fragment="a", text="anew"))
    assert paths(queue) == [[0, 0], [0, 1], [0, 2], [0, 1]]


def test_what_waits_is_dropped_when_the_whole_page_is_drawn_anew_or_it_was_sent():
    queue = waiting(delta(0, 0), delta(0, 1, fragment="a"))
    queue.clear(retain_lifecycle_msgs=True)
    assert paths(queue) == []
    queue = waiting(delta(0, 0))
    assert paths(queue) == [[0, 0]]
    assert paths(queue) == []


@pytest.mark.parametrize(("stopped", "taken"), [(False, ["last"]), (True, [])])
def test_the_last_words_of_a_run_are_taken_in_after_the_next_was_begun_but_not_of_one_that_goes_on(
    stopped, taken
):
    events = private(f"{RUNNER}:ScriptRunnerEvent")
    ended, begun = SimpleNamespace(_execing=stopped), SimpleNamespace(_execing=True)
    said = []

    async def hear():
        session = SimpleNamespace(
            _event_loop=asyncio.get_running_loop(),
            _scriptrunner=begun,
            _state=None,
            _enqueue_forward_msg=said.append,
        )
        handle = private(f"{SESSION}:AppSession._handle_scriptrunner_event_on_event_loop")
        handle(session, ended, events.ENQUEUE_FORWARD_MSG, "last")
        handle(session, ended, events.SHUTDOWN)
        return session._scriptrunner

    assert asyncio.run(hear()) is begun
    assert said == taken


def on_the_page(page, **address):
    """A runner whose session is on this page, at this address."""
    params = private("streamlit.runtime.state.query_params:QueryParams")()
    for name, value in address.items():
        params.set_with_no_forward_msg(name, value)
    return SimpleNamespace(
        _pages_manager=SimpleNamespace(current_page_script_hash=page),
        _session_state=SimpleNamespace(query_params=lambda: nullcontext(params)),
    )


def asked(page, *fragments, address="cell=1"):
    data = private(f"{RUNNER}:RerunData")
    return data(query_string=address, page_script_hash=page, fragment_id_queue=list(fragments))


def test_a_fragment_of_the_page_before_runs_on_the_next_one_at_its_address():
    found = _of_this_page(on_the_page("next", run="a b", tags=["x", "y"]), asked("before", "chart"))
    assert found == asked("next", "chart", address="run=a+b&tags=x&tags=y")


@pytest.mark.parametrize(
    "data",
    [asked("before"), asked("next", "chart")],
    ids=["a page that is gone to", "a fragment of this page"],
)
def test_what_is_asked_of_a_page_as_a_whole_or_of_this_one_is_left_as_it_is(data):
    assert _of_this_page(on_the_page("next", run="a"), data) is data


def told(**values):
    """What a browser says that its widgets hold."""
    states = WidgetStates()
    for name, value in values.items():
        states.widgets.add(id=name, bool_value=value)
    return states


def with_widgets(**fragments):
    """A runner whose session has widgets in these fragments, all of them off."""
    state = private("streamlit.runtime.state.session_state:SessionState")()
    kind = private("streamlit.runtime.state.common:WidgetMetadata")
    for name, fragment in fragments.items():
        state._new_widget_state.set_widget_metadata(
            kind(name, bool, bool, "bool_value", fragment_id=fragment)
        )
    state.set_widgets_from_proto(told(**dict.fromkeys(fragments, False)))
    safe = private("streamlit.runtime.state.safe_session_state:SafeSessionState")
    return SimpleNamespace(_session_state=safe(state, lambda: None))


@pytest.mark.parametrize(
    ("fragments", "says", "more"),
    [
        (["chart"], {"axis": True}, False),
        (["chart"], {"rate": True}, True),
        (["chart"], {"image": True}, True),
        (["chart"], {"axis": True, "rate": True}, True),
        (["chart", "network"], {"axis": True, "image": True}, False),
        (["chart"], {"axis": False, "rate": False, "image": False}, False),
        (["chart"], {"never drawn": True}, False),
        ([], {"rate": True}, False),
    ],
)
def test_a_message_is_about_more_than_its_fragments_where_another_widget_has_changed(
    fragments, says, more
):
    runner = with_widgets(axis="chart", image="network", rate=None)
    data = private(f"{RUNNER}:RerunData")
    asked = data(fragment_id_queue=fragments, widget_states=told(**says))
    assert _changes_more(runner, asked) is more


def test_a_timed_refresh_tells_of_no_widget():
    assert not _changes_more(with_widgets(rate=None), asked("train", "chart"))


SCRIPT = """
import streamlit as st

with st.container():
    st.fragment(lambda: st.text("part"))()
st.text("last")
"""


def test_a_page_asked_for_when_a_fragment_has_just_run_is_drawn_in_its_own_place(
    tmp_path, monkeypatch
):
    """In the moment between a fragment's end and that of its thread, which draws the page too."""
    monkeypatch.setattr(private(f"{RUNTIME}:Runtime"), "_instance", MagicMock())
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    runner = _runner(str(script))
    events, data = private(f"{RUNNER}:ScriptRunnerEvent"), private(f"{RUNNER}:RerunData")
    ended, drawn = [], [[]]

    def hear(sender, event, forward_msg=None, **_more):
        if event is events.SCRIPT_STARTED:
            drawn.append([])
        elif event is events.ENQUEUE_FORWARD_MSG and forward_msg.HasField("delta"):
            drawn[-1].append(list(forward_msg.metadata.delta_path))
        elif event is events.SCRIPT_STOPPED_WITH_SUCCESS and not ended:
            (fragment,) = runner._fragment_storage._fragments
            runner.request_rerun(data(fragment_id_queue=[fragment]))
            ended.append(event)
        elif event is events.FRAGMENT_STOPPED_WITH_SUCCESS:
            runner.request_rerun(data())
            ended.append(event)

    runner.on_event.connect(hear, weak=False)
    runner.start()
    runner.join()
    assert len(ended) == 2
    _, first, fragment, again = drawn
    assert fragment
    assert again == first


def _runner(script):
    runner = private("streamlit.testing.v1.local_script_runner:LocalScriptRunner")
    state = private("streamlit.runtime.state.session_state:SessionState")
    safe = private("streamlit.runtime.state.safe_session_state:SafeSessionState")
    pages = private("streamlit.runtime.pages_manager:PagesManager")
    return runner(script, safe(state(), lambda: None), pages(script))
