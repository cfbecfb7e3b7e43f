"""The panels with the code of the settings and of a run."""

from __future__ import annotations

import json
import struct
import time

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.code_view import CodeInfo, code_message
from dashboard.panels.code import changed_lines, readable_cells
from mlcore.config import RunConfig
from mlcore.export import notebook, script
from mlcore.runs.active.threads import thread_budget
from tests.dashboard.train_page import ADDRESS, CONFIG, EPOCH, STARTED, STEPS, opened

OPEN = "code-to-start"


def unfolded(app: AppTest, key: str) -> AppTest:
    """The page with a panel open: AppTest has no expanders that open."""
    app.session_state[key] = True
    return app.run()


def headers(app: AppTest) -> list[dict[str, object]]:
    """What the code views of a page got."""
    found = []
    for node in app.get("bidi_component"):
        message = node.proto.bytes
        if not message:
            continue
        (size,) = struct.unpack_from("<I", message)
        header = json.loads(message[4 : 4 + size])
        if "code" in header:
            found.append(header)
    return found


def test_the_code_is_folded_at_first_and_costs_nothing(runs):
    assert headers(opened()) == []


def test_it_is_the_code_of_the_settings_as_train_would_start_them(runs):
    (header,) = headers(unfolded(opened(**ADDRESS, **{"train.device": "cpu"}), OPEN))
    lines = str(header["code"]).splitlines()
    assert f"torch.set_num_threads({thread_budget()})" in lines
    threads = RunConfig.from_flat(CONFIG.flat() | {"train.threads": thread_budget()})
    assert header["code"] == script(threads)
    assert (header["file"], header["marked"]) == ("train.py", [])


def test_the_line_that_a_control_moves_is_marked_until_the_next_change(runs):
    app = unfolded(opened(**ADDRESS), OPEN)
    app.text_input(key="optim.lr").set_value("0.02").run()
    (header,) = headers(app)
    marked = [str(header["code"]).splitlines()[index] for index in header["marked"]]
    assert marked == ["optimizer = torch.optim.SGD(model.parameters(), lr=0.02)"]
    number = header["marked"][0] + 1
    assert header["texts"]["changed"] == f"Line {number} has changed"
    assert headers(app.run()) == [header]
    app.text_input(key="train.epochs").set_value("7").run()
    (header,) = headers(app)
    assert [str(header["code"]).splitlines()[i] for i in header["marked"]] == ["epochs = 7"]


def test_a_run_has_its_own_code_also_as_notebook_and_command(runs, made):
    folder = made(STARTED, STEPS, EPOCH)
    key = f"code-of-{folder.id}"
    app = unfolded(opened(run=folder.id), key)
    (header,) = headers(app)
    assert f"the losses of run {folder.id} to the last digit" in str(header["code"])
    assert header["file"] == f"{folder.id}.py"
    app.button_group(key=f"{key}-form").set_value("command").run()
    (header,) = headers(app)
    assert str(header["code"]).startswith("mlcore train --data.name digits")
    app.button_group(key=f"{key}-form").set_value("notebook").run()
    (header,) = headers(app)
    assert "# %% [markdown]\n# ## Model" in str(header["code"])
    assert json.loads(str(header["content"]))["nbformat"] == 4


def test_a_run_whose_file_is_gone_says_so_in_a_sentence(runs, made):
    folder = made(STARTED, STEPS)
    folder.checkpoints_path.mkdir(exist_ok=True)
    (folder.checkpoints_path / "start.pt").write_bytes(b"nothing")
    app = unfolded(opened(run=folder.id), f"code-of-{folder.id}")
    assert any("cannot be read" in caption.value for caption in app.caption)


def test_lines_are_compared_as_a_person_compares_them():
    assert changed_lines("a\nb\nc", "a\nB\nc\nd") == [1, 3]
    assert changed_lines("a\nb", "a") == []


def test_cells_are_read_one_after_another():
    text = readable_cells(notebook(RunConfig()))
    assert text.startswith("# %% [markdown]\n# # Train a small neural network")
    compile(text, "cells", "exec")


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ([], ""),
        ([4], "Line 5 has changed"),
        ([1, 2], "Lines 2, 3 have changed"),
        (range(9), "9 lines have changed"),
    ],
)
def test_a_change_is_also_said_in_words(marked, said):
    message = code_message(CodeInfo(code="x", label="Script", file="x.py", marked=list(marked)))
    (size,) = struct.unpack_from("<I", message)
    assert json.loads(message[4 : 4 + size])["texts"]["changed"] == said


def test_the_text_is_made_in_a_few_milliseconds():
    config = RunConfig()
    script(config)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        changed_lines(script(config), script(config.with_values({"optim.lr": 0.1})))
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.005
