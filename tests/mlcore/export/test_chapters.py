"""The chapters are lines of the script, and together they train."""

from __future__ import annotations

import pytest

from mlcore.export import CHAPTERS, chapter_code, script
from mlcore.export.code.parts import import_lines
from mlcore.export.code.plan import Plan
from mlcore.export.code.recipe import Recipe
from mlcore.presets import PRESETS
from tests.mlcore.export.test_code import config

LOAD = ("model = MLP()  # the same", "model.load_state_dict", "model.eval()")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_line_of_a_chapter_stands_in_the_script(preset, chapter):
    whole = script(PRESETS[preset]).replace("options.data", '"data"').splitlines()
    lines = chapter_code(PRESETS[preset], chapter).splitlines()
    assert lines
    assert [line for line in lines if line not in whole and not line.startswith(LOAD)] == []


def test_the_chapters_change_with_the_settings():
    other = config(optim__name="adam", optim__lr=0.02, model__hidden=(7,), data__batch_size=5)
    assert "batch_size=5" in chapter_code(other, "data")
    assert "nn.Linear(784, 7)" in chapter_code(other, "model")
    assert "Adam(model.parameters(), lr=0.02)" in chapter_code(other, "training")


def test_the_chapters_one_after_the_other_train_test_save_and_load(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    settings = config(data__name="digits", train__epochs=1, optim__name="adam")
    lines = import_lines(Plan(Recipe(config=settings)))
    order = ("data", "model", "training", "testing", "saving")
    code = "\n".join([*lines, *(chapter_code(settings, chapter) for chapter in order)])
    names = {}
    exec(compile(code, "chapters", "exec"), names)
    assert "test accuracy" in capsys.readouterr().out
    assert not names["model"].training
    assert (tmp_path / "model.pt").stat().st_size > 437_544
