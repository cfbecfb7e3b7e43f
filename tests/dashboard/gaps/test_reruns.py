"""Streamlit's own names, through which a click is heard once and its callback finishes."""

from __future__ import annotations

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

from dashboard.gaps.reruns import patch


@pytest.fixture(autouse=True)
def _mended():
    assert patch()


def states(text):
    told = WidgetStates()
    told.widgets.add(id="name", string_value=text)
    return told


def test_a_refresh_by_a_timer_tells_nothing_of_widgets():
    requests = ScriptRequests()
    requests.request_rerun(
        RerunData(fragment_id="chart", is_auto_rerun=True, widget_states=states("typed"))
    )
    found = requests.on_scriptrunner_ready()
    assert found.type is ScriptRequestType.RERUN
    assert found.rerun_data.fragment_id_queue == ["chart"]
    assert found.rerun_data.widget_states is None


@pytest.mark.parametrize("first", ["click", "refresh"])
def test_a_click_that_meets_a_refresh_is_told_whole(first):
    requests = ScriptRequests()
    click = RerunData(widget_states=states("typed"))
    refresh = RerunData(fragment_id="chart", is_auto_rerun=True, widget_states=states("before"))
    for data in (click, refresh) if first == "click" else (refresh, click):
        requests.request_rerun(data)
    found = requests.on_scriptrunner_ready().rerun_data
    assert found.fragment_id_queue == []
    assert [widget.string_value for widget in found.widget_states.widgets] == ["typed"]


class Runner:
    """What `ScriptRunner` asks itself before it ends a run that another is to follow."""

    _execing = True

    def __init__(self):
        self._requests = ScriptRequests()
        self._requests.request_stop()

    def _is_in_script_thread(self):
        return True


def test_a_run_that_is_to_end_ends_after_its_callback():
    ThreadState.initialize()
    look = ScriptRunner._maybe_handle_execution_control_request
    with ThreadState.scoped(run_location=RunLocation.CALLBACK):
        look(Runner())
    with pytest.raises(StopException):
        look(Runner())
