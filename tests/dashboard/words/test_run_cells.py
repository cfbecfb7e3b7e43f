from __future__ import annotations

from dataclasses import replace

from dashboard.words.run_cells import cell_text, column_label, interval_text
from mlcore.runs.library.columns import COLUMNS
from tests.dashboard.words.test_run_names import INFO


def said(name: str, **fields: object) -> str:
    return cell_text(COLUMNS[name], replace(INFO, **fields))


def test_figures_are_written_as_elsewhere() -> None:
    assert said("best", best_validation_accuracy=0.98123) == "98.12 %"
    assert said("best", best_validation_accuracy=None) == "–"
    assert said("duration", seconds=1.84) == "1.8 s"
    assert said("duration", seconds=125.0) == "2 min 5 s"
    assert said("pace", images_per_second=123_456.7) == "123,457"
    assert said("epoch", epoch=3, epochs=5) == "3 of 5"
    assert said("state", state="stopped") == "stopped"
    assert (said("edited"), said("edited", edited=True)) == ("off", "on")
    assert said("tag", tags=("a", "b")) == "#a #b"
    assert said("note", note="two\nlines") == "two lines"
    assert said("note", note="") == ""


def test_settings_are_written_as_on_the_other_pages() -> None:
    assert said("model.hidden") == "128 · 64"
    assert said("optim.name") == "SGD"
    assert column_label(COLUMNS["optim.lr"]) == "Learning rate"
    assert column_label(COLUMNS["best"]) == "Best validation"


def test_a_test_accuracy_has_its_interval() -> None:
    assert interval_text(replace(INFO, test_accuracy=None)) == ""
    low, high = interval_text(replace(INFO, test_accuracy=0.95)).split(" to ")
    assert float(low) < 95 < float(high)
