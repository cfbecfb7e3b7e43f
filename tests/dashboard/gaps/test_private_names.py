"""The installed release of Streamlit has the private names that `dashboard.gaps` uses."""

from __future__ import annotations

import pytest

from tests.dashboard.gaps.private import private

RUNTIME = "streamlit.runtime"
SCRIPT = f"{RUNTIME}.scriptrunner.script_runner"
REQUESTS = f"{RUNTIME}.scriptrunner_utils.script_requests"
CONTEXT = f"{RUNTIME}.scriptrunner_utils.script_run_context"
NAMES = (
    f"{REQUESTS}:ScriptRequests._request_rerun_locked",
    f"{REQUESTS}:ScriptRequests.on_scriptrunner_ready",
    f"{REQUESTS}:ScriptRequestType.RERUN",
    f"{REQUESTS}:RerunData.is_auto_rerun",
    f"{REQUESTS}:RerunData.is_fragment_scoped_rerun",
    f"{REQUESTS}:RerunData.page_script_hash",
    f"{REQUESTS}:RerunData.page_name",
    f"{REQUESTS}:RerunData.query_string",
    f"{REQUESTS}:RerunData.widget_states",
    f"{CONTEXT}:get_script_run_ctx",
    f"{CONTEXT}:RunLocation.CALLBACK",
    f"{CONTEXT}:ThreadState.get",
    f"{CONTEXT}:ThreadState.scoped",
    f"{SCRIPT}:ScriptRunner._maybe_handle_execution_control_request",
    f"{SCRIPT}:ScriptRunner._run_script",
    f"{SCRIPT}:ScriptRunnerEvent.SHUTDOWN",
    f"{RUNTIME}.app_session:AppSession._handle_scriptrunner_event_on_event_loop",
    f"{RUNTIME}.forward_msg_queue:ForwardMsgQueue.clear",
    f"{RUNTIME}.memory_uploaded_file_manager:MemoryUploadedFileManager.remove_file",
    f"{RUNTIME}.pages_manager:PagesManager.current_page_script_hash",
    f"{RUNTIME}.state.query_params:QueryParams.get_all",
    f"{RUNTIME}.state.safe_session_state:SafeSessionState.filtered_state",
    f"{RUNTIME}.state.safe_session_state:SafeSessionState.query_params",
    f"{RUNTIME}.state.session_state:Serialized",
    f"{RUNTIME}.state.session_state:SessionState._call_callbacks",
    f"{RUNTIME}.state.session_state:SessionState.__contains__",
    f"{RUNTIME}.state.session_state:WStates.__getitem__",
)
OF_INSTANCES = {  # set as one is made
    f"{RUNTIME}.app_session:AppSession": ("_scriptrunner",),
    f"{RUNTIME}.forward_msg_queue:ForwardMsgQueue": ("_delta_index_map",),
    f"{RUNTIME}.state.session_state:SessionState": ("_new_widget_state",),
    f"{RUNTIME}.state.session_state:WStates": ("states", "widget_metadata"),
    f"{SCRIPT}:ScriptRunner": ("_execing", "_pages_manager", "_session_state"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_there(name):
    private(name)


@pytest.mark.parametrize(("kind", "names"), OF_INSTANCES.items())
def test_what_each_instance_holds_is_there(kind, names):
    assert set(names) <= set(private(f"{kind}.__init__").__code__.co_names)
