"""What a person does counts once, whatever a refresh or the script asks for meanwhile."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dashboard.gaps.reruns import patch
from tests.dashboard.gaps.private import private

REQUESTS = "streamlit.runtime.scriptrunner_utils.script_requests"
CONTEXT = "streamlit.runtime.scriptrunner_utils.script_run_context"


@pytest.fixture
def requests():
    assert patch()
    return private(f"{REQUESTS}:ScriptRequests")()


def rerun(text, **settings):
    from streamlit.proto.WidgetStates_pb2 import WidgetStates

    states = WidgetStates()
    states.widgets.add(id="name", string_value=text)
    return private(f"{REQUESTS}:RerunData")(widget_states=states, **settings)


def test_a_timed_refresh_carries_no_widget_states(requests):
    requests.request_rerun(rerun("typed", fragment_id="chart", is_auto_rerun=True))
    found = requests.on_scriptrunner_ready().rerun_data
    assert found.fragment_id_queue == ["chart"]
    assert found.widget_states is None


def test_a_timed_refresh_of_the_page_before_does_not_lead_back(requests):
    requests.request_rerun(rerun("clicked", page_script_hash="next", query_string="a=1"))
    refresh = {"fragment_id": "chart", "is_auto_rerun": True}
    requests.request_rerun(rerun("clicked", page_script_hash="before", **refresh))
    data = requests.on_scriptrunner_ready().rerun_data
    assert (data.page_script_hash, data.query_string) == ("next", "a=1")
    assert not data.fragment_id_queue
    requests.request_rerun(rerun("again", page_script_hash="before", **refresh))
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == "before"


def test_a_script_that_asks_to_be_run_again_does_not_lead_back(requests, monkeypatch):
    script = SimpleNamespace(page_script_hash="before")
    requests.request_rerun(rerun("clicked", page_script_hash="next", query_string="a=1"))
    monkeypatch.setattr(private(CONTEXT), "get_script_run_ctx", lambda **_: script)
    requests.request_rerun(rerun("clicked", page_script_hash="before", query_string="b=2"))
    data = requests.on_scriptrunner_ready().rerun_data
    assert (data.page_script_hash, data.query_string) == ("next", "a=1")
    requests.request_rerun(rerun("clicked", page_script_hash="before"))
    requests.request_rerun(rerun("clicked", page_script_hash="next"))  # `st.switch_page`
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == "next"


def test_a_click_after_another_leads_where_the_last_one_does(requests):
    for page in ("next", "before"):
        requests.request_rerun(rerun("clicked", page_script_hash=page))
    assert requests.on_scriptrunner_ready().rerun_data.page_script_hash == "before"


def test_messages_that_wait_become_one_and_none_is_dropped(requests):
    from streamlit import config

    assert patch()
    assert config.get_option("runner.fastReruns") is False
    for text in ("one", "two"):
        requests.request_rerun(rerun(text))
    states = requests.on_scriptrunner_ready().rerun_data.widget_states
    assert [widget.string_value for widget in states.widgets] == ["two"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app_session", "The fragment with id %s does not exist anymore - whatever."),
        ("scriptrunner.script_runner", "Couldn't find fragment with id %s. Whatever."),
    ],
)
def test_a_refresh_that_comes_too_late_is_no_news(caplog, name, text):
    import logging

    assert patch()
    with caplog.at_level(logging.INFO, logger=f"streamlit.runtime.{name}"):
        log = logging.getLogger(f"streamlit.runtime.{name}")
        log.info(text, "a")
        log.info("Something else")
    assert [record.getMessage() for record in caplog.records] == ["Something else"]


@pytest.mark.parametrize("first", ["click", "refresh"])
def test_a_click_that_meets_a_refresh_arrives_whole(requests, first):
    click = rerun("typed")
    refresh = rerun("before", fragment_id="chart", is_auto_rerun=True)
    for data in (click, refresh) if first == "click" else (refresh, click):
        requests.request_rerun(data)
    found = requests.on_scriptrunner_ready().rerun_data
    assert found.fragment_id_queue == []
    assert [widget.string_value for widget in found.widget_states.widgets] == ["typed"]


class Runner:
    """The part of `ScriptRunner` that decides whether its run ends for another one."""

    _execing = True

    def __init__(self, requests):
        self._requests = requests
        self._requests.request_stop()

    def _is_in_script_thread(self):
        return True


def test_a_run_that_is_to_end_ends_after_its_callback(requests):
    from streamlit.runtime.scriptrunner_utils.exceptions import StopException

    state, location = private(f"{CONTEXT}:ThreadState"), private(f"{CONTEXT}:RunLocation")
    runner = private("streamlit.runtime.scriptrunner.script_runner:ScriptRunner")
    state.initialize()
    end_if_asked = runner._maybe_handle_execution_control_request
    with state.scoped(run_location=location.CALLBACK):
        end_if_asked(Runner(requests))
    with pytest.raises(StopException):
        end_if_asked(Runner(requests))
