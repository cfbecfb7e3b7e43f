"""The page of sweeps without a browser."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import server
from dashboard.charts.sweep_history import history_info, history_table
from dashboard.panels.sweep_parts.trials import trials_data
from mlcore.events import Stopped
from mlcore.runs import RunStore
from mlcore.sweeps import SweepSummary, find_sweep, parse_space, read_sweep
from mlcore.sweeps.sweep import write_sweep_file
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.train_page import keys, sentences


@pytest.fixture
def page(app: AppTest, runs: RunStore) -> AppTest:
    for name, value in {"data.validation": "200", "train.epochs": "2"}.items():
        app.query_params[name] = value
    return app


def opened(page: AppTest, **address: str) -> AppTest:
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    shown = page.switch_page("app_pages/sweeps.py").run()
    assert not shown.exception
    return shown


def field(page: AppTest, key: str):
    return next(one for one in page.text_input if one.key and one.key.rstrip() == key)


def command(page: AppTest) -> str:
    return page.code[0].value


def test_a_new_sweep_says_what_it_will_try_and_how_a_shell_starts_it(page) -> None:
    shown = opened(page)
    assert "40 trials of 2 epochs, compared by 200 held-out images" in sentences(shown)
    assert command(shown).startswith("mlcore sweep start sweep-1 --space optim.lr=0.001..1:log")
    assert "--data.validation 200" in command(shown)
    assert "--train.epochs 2" in command(shown)
    field(shown, "sweep-space-optim.lr").set_value("0.1,0.2").run()
    assert "'optim.lr=0.1|0.2'" in command(shown)


def test_where_nothing_is_held_out_a_tenth_is(page) -> None:
    shown = opened(page, **{"data.validation": "0"})
    assert "compared by 143 held-out images" in sentences(shown)
    assert "--data.validation 143" in command(shown)


def test_what_is_wrong_is_said_below_its_field_and_starts_nothing(page, runs) -> None:
    shown = opened(page)
    field(shown, "sweep-space-optim.lr").set_value("1..0.1").run()
    assert sentences(shown).count("The range of Learning rate must begin below its end") == 1
    shown.button(key="start-sweep").click().run()
    assert "must begin below its end" in sentences(shown)
    assert not shown.error  # it is said once, in its place
    assert not (runs.root / ".sweeps").exists()


def test_a_name_that_is_taken_is_refused_and_a_free_one_offered(page, runs) -> None:
    made_sweep(runs, "sweep-1")
    page.session_state["new-sweep-1"] = True  # the fold is open
    shown = opened(page)
    assert field(shown, "sweep-name").value == "sweep-2"
    field(shown, "sweep-name").set_value("SWEEP-1").run()
    assert "There is a sweep sweep-1 already" in sentences(shown).replace("\\", "")


def test_a_sweep_shows_its_trials_and_the_best_by_validation(page, runs) -> None:
    made_sweep(runs)
    shown = opened(page)
    said = sentences(shown).replace("\\", "")
    assert "Learning rate 0.001 to 1 over powers of ten; Batch size 16, 32" in said
    assert "**Best: 95.00 %** validation accuracy, trial 1: Learning rate 0.01235" in said
    assert "The best of 3 whole trials" in said
    assert "1 diverged or failed, and has no point." in said
    assert shown.query_params["sweep"] in ("hunt", ["hunt"])
    assert {"use-best", "seeds-of-best", "best-run", "sweep-runs"} <= keys(shown)
    assert "stop-sweep" not in keys(shown)


def test_the_best_settings_are_used(page, runs) -> None:
    made_sweep(runs)
    shown = opened(page)
    shown.button(key="use-best").click().run()
    assert shown.session_state["settings"]["optim.lr"] == 0.01235
    assert shown.session_state["settings"]["data.batch_size"] == 32


def test_one_that_stopped_offers_to_continue(page, runs) -> None:
    made_sweep(runs, trials=9)
    assert "continue-sweep" in keys(opened(page))


def test_the_form_is_folded_where_there_is_a_sweep_and_makes_nothing_then(page, runs) -> None:
    made_sweep(runs)
    assert "start-sweep" not in keys(opened(page))


def test_the_newest_is_shown_and_the_address_says_which(page, runs) -> None:
    made_sweep(runs, "first")
    made_sweep(runs, "second")
    shown = opened(page)
    assert shown.selectbox(key="sweep-shown").value == "second"
    shown.selectbox(key="sweep-shown").set_value("first").run()
    assert "first" in shown.query_params["sweep"]


@pytest.mark.parametrize(("named", "shown"), [("first", "first"), ("third", "second")])
def test_a_link_leads_to_a_sweep_that_there_is(page, runs, named, shown) -> None:
    made_sweep(runs, "first")
    made_sweep(runs, "second")
    found = opened(page, sweep=named)
    assert found.selectbox(key="sweep-shown").value == shown
    assert ("names a sweep that there is not" in sentences(found)) == (named != shown)


def test_one_whose_file_is_damaged_says_so_and_the_others_are_shown(page, runs) -> None:
    folder = made_sweep(runs)
    folder.sweep_path.write_text("{")
    shown = opened(page)
    assert "sweep.json is damaged" in shown.error[0].value


def test_more_trials_are_asked_for_in_place(page, runs) -> None:
    folder = made_sweep(runs, trials=9)
    shown = opened(page)
    field(shown, "sweep-hunt-trials").set_value("20").run()
    shown.button(key="change-sweep").click().run()
    assert folder.read().trials == 20


def test_fewer_trials_than_there_are_means_no_more(page, runs) -> None:
    folder = made_sweep(runs, trials=9)
    shown = opened(page)
    field(shown, "sweep-hunt-trials").set_value("4").run()
    shown.button(key="change-sweep").click().run()
    assert not shown.error
    assert folder.read().trials == 5


def test_a_grid_has_as_many_trials_as_it_has_combinations(page, runs) -> None:
    shown = opened(page)
    field(shown, "sweep-space-optim.lr").set_value("0.1,0.2,0.3").run()
    shown.selectbox(key="sweep-sampler").set_value("grid").run()
    assert "12 trials of 2 epochs" in sentences(shown)


def test_the_runs_of_a_sweep_carry_its_tag(page, runs) -> None:
    made_sweep(runs)
    assert {info.tags for info in server.store().list()} == {("hunt",)}
    assert find_sweep(runs.root, "HUNT").name == "hunt"


def part(page: AppTest, name: str) -> AppTest:
    page.session_state["places"] = {"chart": name}
    return opened(page)


def test_importance_says_what_decided_most_and_how_far_to_believe_it(page, runs) -> None:
    made_sweep(runs, whole=12)
    shown = part(page, "importance")
    said = sentences(shown)
    assert "Learning rate decided the most" in said
    assert "this stands on 15 whole trials. These are few" in said.replace("\\", "")
    about = next(one.help for one in shown.markdown if "How much each setting" in one.value)
    assert "A word of doubt" in about


def test_too_few_trials_have_no_importance_and_no_contour(page, runs) -> None:
    made_sweep(runs)
    assert "so far there are 3" in sentences(part(page, "importance"))
    assert "A contour needs 5 whole trials" in sentences(part(page, "contour"))


def test_each_setting_has_its_slice_and_two_numbers_a_contour(page, runs) -> None:
    made_sweep(runs, whole=12)
    said = sentences(part(page, "slices"))
    assert said.count("The best quarter of the trials: ") == 2
    assert "the star the best" in said
    shown = part(page, "contour")
    assert "Between 15 whole trials it is interpolated" in sentences(shown)
    up = next(one for one in shown.selectbox if one.label == "Up")
    up.set_value("optim.lr").run()
    assert "Choose two different settings" in shown.info[0].value


def test_a_sweep_of_names_has_no_contour_and_is_led_to_the_map(page, runs) -> None:
    folder = made_sweep(runs)
    sweep = folder.read()
    named = replace(sweep, space=parse_space(["optim.name=sgd,adam", "optim.lr=0.001..1:log"]))
    write_sweep_file(folder.sweep_path, named)
    assert "Map shows settings of any kind" in sentences(part(page, "contour"))


def test_a_click_on_a_trial_opens_its_run(page, runs) -> None:
    made_sweep(runs)
    run = next(info.id for info in runs.list() if info.trial == 1)
    page.session_state["chart-clicked"] = run
    shown = part(page, "slices")
    assert run in shown.query_params["run"]


def test_the_charts_show_what_the_trials_are_compared_by(page, runs) -> None:
    made_sweep(runs)
    shown = part(page, "scatter")
    up = next(one for one in shown.selectbox if one.label == "Up")
    assert up.value == "validation_accuracy"
    assert "Highest is hunt 1" in sentences(shown)


@pytest.mark.parametrize("name", ["history", "slices", "map", "parallel", "scatter"])
def test_a_sweep_without_a_trial_has_all_buttons_and_says_what_it_waits_for(page, runs, name):
    folder = made_sweep(runs)
    for info in runs.list():
        shutil.rmtree(info.path)
    assert not read_sweep(folder, RunStore(runs.root)).trials
    shown = part(page, name)
    assert len(next(one for one in shown.get("button_group")).options) == 7
    assert "No trial has begun yet." in sentences(shown)


@pytest.mark.parametrize("name", ["map", "parallel", "scatter"])
def test_the_best_of_the_charts_is_the_best_of_the_page(page, runs, name, monkeypatch) -> None:
    given_up = Stopped(step=39, epoch=1, reason="pruned")  # the best of all when it was
    monkeypatch.setitem(made_sweep.__globals__["_ENDS"], 2, (0.999, given_up))
    made_sweep(runs)
    shown = part(page, name)
    said = sentences(shown).replace("\\", "")
    assert "**Best: 95.00 %**" in said
    assert {
        "map": "The best cell is framed: Validation accuracy 95.00",
        "parallel": "The strongest line is hunt 1 (Validation accuracy 95.00",
        "scatter": "Highest is hunt 1: Validation accuracy (%) 95.00",
    }[name] in said


def test_a_map_says_what_a_cell_shows_and_that_a_cross_was_given_up(page, runs) -> None:
    made_sweep(runs)
    said = sentences(part(page, "map")).replace("\\", "")
    assert "A cell shows the best of its trials that were trained to their end." in said
    assert "Where there is a ×, all were given up before." in said


def test_the_chart_is_named_in_the_address_and_stays_on_the_way_back(page, runs) -> None:
    made_sweep(runs)
    shown = part(page, "map")
    assert "map" in shown.query_params["chart"]
    shown.switch_page("app_pages/run.py").run()
    back = shown.switch_page("app_pages/sweeps.py").run()
    assert "A click on a cell opens its best run." in sentences(back).replace("\\", "")


def test_what_a_map_is_drawn_of_stays_on_the_way_back(page, runs) -> None:
    made_sweep(runs)
    shown = part(page, "map")
    choice = next(one for one in shown.selectbox if one.label == "Colour")
    choice.set_value("validation_loss").run()
    shown.switch_page("app_pages/run.py").run()
    back = shown.switch_page("app_pages/sweeps.py").run()
    assert next(one for one in back.selectbox if one.label == "Colour").value == "validation_loss"


def test_used_settings_are_said_to_be_in_the_sidebar(page, runs) -> None:
    made_sweep(runs)
    shown = opened(page)
    assert "Set in the sidebar" not in sentences(shown)
    shown.button(key="use-best").click().run()
    assert "✓ Set in the sidebar" in sentences(shown)
    assert "use-best" not in keys(shown)


def trial_rows(found: SweepSummary, sort: str, *, descending: bool) -> list[tuple[str, ...]]:
    table = trials_data(found, sort, 100, descending=descending)
    return [(row.name, *(text for text, _small in row.cells)) for row in table.rows]


def test_all_trials_are_in_the_table_those_that_are_whole_first(runs) -> None:
    found = read_sweep(made_sweep(runs), runs)
    rows = trial_rows(found, "figure", descending=True)
    assert [row[0] for row in rows] == ["1", "4", "0", "2", "3"]
    assert [row[1] for row in rows] == ["complete"] * 3 + ["pruned", "failed"]
    assert rows[0][2:6] == ("95.00 %", "1 of 1", "0.01235", "32")
    turned = trial_rows(found, "figure", descending=False)
    assert [row[0] for row in turned] == ["0", "4", "1", "2", "3"]
    by_rate = trial_rows(found, "optim.lr", descending=False)
    assert [float(row[4]) for row in by_rate] == sorted(float(row[4]) for row in by_rate)


def test_trials_without_a_figure_are_in_the_table_and_in_that_of_history(runs) -> None:
    found = read_sweep(made_sweep(runs), runs)
    first = replace(found.trials[0], state="interrupted", value=None)
    found = replace(found, trials=(first, *found.trials[1:]))
    assert ("0", "interrupted", "–") in [
        row[:3] for row in trial_rows(found, "figure", descending=True)
    ]
    assert ("0", "interrupted", "–") in history_table(history_info(found)).rows


def test_a_row_of_a_trial_that_is_here_leads_to_its_run(runs) -> None:
    found = read_sweep(made_sweep(runs), runs)
    deleted = replace(found, trials=(replace(found.trials[0], state="deleted"), *found.trials[1:]))
    rows = trials_data(deleted, "name", 3, descending=False)
    assert [row.linked for row in rows.rows] == [False, True, True]
    assert rows.rows[1].run == found.trials[1].run.id
    assert rows.left_out == 2
