"""The panels with the code of the settings and of a run."""

from __future__ import annotations

import ast
import io
import json
import re
import struct
import time
import tokenize

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.code_view import CodeInfo, code_message
from dashboard.panels.code import changed_lines, readable_cells
from dashboard.session import languages
from dashboard.words import translation
from dashboard.words.translation import translated
from mlcore.config import RunConfig
from mlcore.export import Recipe, command, notebook, script
from mlcore.runs.active.threads import thread_budget
from tests.dashboard.train_page import ADDRESS, CONFIG, EPOCH, STARTED, STEPS, opened
from tests.mlcore.export.test_code import edit, recipes

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


def bare(code):
    """The tree of a program, without comments and docstrings."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def cells(text):
    kinds = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]
    return [source for kind, source in kinds if kind == "code"]


def comments(code):
    lines = io.StringIO(code).readline
    return [one.string for one in tokenize.generate_tokens(lines) if one.type == tokenize.COMMENT]


def test_in_chinese_the_code_is_the_same_and_every_comment_is_chinese(monkeypatch):
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    for recipe in recipes():
        code = script(recipe, translate=translated)
        assert bare(code) == bare(script(recipe))
        words = [one for one in comments(code) if re.search("[a-z]{3}", one)]  # no shapes alone
        assert [one for one in words if not re.search("[\u4e00-\u9fff]", one)] == []
        assert re.search("[\u4e00-\u9fff]", ast.get_docstring(ast.parse(code)))
        chinese, english = notebook(recipe, translate=translated), notebook(recipe)
        assert list(map(bare, cells(chinese))) == list(map(bare, cells(english)))
        assert not re.search(r"## [A-Z]", chinese)


def test_a_command_in_chinese_has_the_same_words():
    recipe = Recipe(config=RunConfig(), edits=[edit(5, optim__lr=0.1)], run="7")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translation, "_language", lambda: "zh-CN")
        text = command(recipe, translate=translated)
    assert "# 训练期间的修改：" in text
    assert "第 5 步之后：--optim.lr 0.1" in text
    assert text.splitlines()[0] == command(recipe).splitlines()[0]


def test_the_page_shows_the_comments_in_the_readers_language(runs, monkeypatch):
    monkeypatch.setattr(languages, "SOURCE", "zh-CN")  # AppTest names options outside the session
    app = unfolded(opened(lang="zh", **ADDRESS), OPEN)
    (header,) = headers(app)
    assert "# 清除上一步的梯度" in header["code"]
    assert "# forget" not in header["code"]
