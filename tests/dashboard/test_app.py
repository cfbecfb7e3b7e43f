from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard.words.wording import as_markdown
from mlcore.runs import RunStore
from tests.dashboard.train_page import unfold_settings

Address = Callable[[AppTest, str], str | None]
APP = Path(__file__).parents[2] / "dashboard" / "app.py"


def test_the_app_starts_with_the_settings_of_the_address(app: AppTest, address: Address) -> None:
    app.query_params["optim.name"] = "adam"
    app.query_params["optim.lr"] = "0.01"
    app.run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="optim.name").value == "adam"
    assert app.text_input(key="optim.lr").value == "0.01"
    assert app.select_slider(key="optim.lr-slider").value == 0.01
    assert app.selectbox(key="preset").value == "Custom"


def test_the_slider_and_the_typed_learning_rate_move_together(
    app: AppTest, address: Address
) -> None:
    app.run()
    app.select_slider(key="optim.lr-slider").set_value(0.05).run()
    assert app.text_input(key="optim.lr").value == "0.05"
    app.text_input(key="optim.lr").set_value("0.0123").run()
    assert app.select_slider(key="optim.lr-slider").value == 0.01
    assert address(app, "optim.lr") == "0.0123"


def test_a_number_may_be_typed_beyond_the_slider(app: AppTest, address: Address) -> None:
    app.run().text_input(key="train.epochs").set_value("200").run()
    assert app.slider(key="train.epochs-slider").value == 50
    assert address(app, "train.epochs") == "200"


def test_only_fields_that_apply_are_shown(app: AppTest) -> None:
    def keys() -> set[str]:
        kinds = (app.text_input, app.toggle, app.selectbox)
        return {str(widget.key).strip() for kind in kinds for widget in kind}

    unfold_settings(app).run()
    assert "optim.momentum" in keys()
    assert "optim.nesterov" not in keys()
    app.text_input(key="optim.momentum").set_value("0.9").run()
    assert "optim.nesterov" in keys()
    app.selectbox(key="optim.name").set_value("adam").run()
    assert not {"optim.momentum", "optim.nesterov"} & keys()
    assert "optim.momentum" not in app.query_params
    app.selectbox(key="optim.schedule").set_value("one_cycle").run()
    assert "optim.warmup" in keys()


def test_settings_of_a_folded_group_are_kept_though_they_are_not_drawn(
    app: AppTest, address: Address
) -> None:
    def drawn() -> bool:
        return "model.hidden" in {str(one.key).strip() for one in app.text_input}

    app.run()
    assert not drawn()
    app.session_state["group-model-kept"] = True
    app.run().text_input(key="model.hidden").set_value("32, 16").run()
    app.session_state["group-model-kept"] = False
    assert not app.run().exception
    assert not drawn()
    app.text_input(key="train.epochs").set_value("6").run()
    assert address(app, "model.hidden") == "32,16"
    app.session_state["group-model-kept"] = True
    app.run()
    assert app.text_input(key="model.hidden").value == "32, 16"


def test_a_preset_fills_the_sidebar_and_reset_empties_the_address(
    app: AppTest, address: Address
) -> None:
    del app.query_params["data.name"]
    unfold_settings(app).run()
    assert app.selectbox(key="preset").value == "Quick start"
    assert app.button(key="reset").disabled is False  # a click may take back what is just typed
    app.selectbox(key="preset").set_value("Fast 98 %").run()
    assert app.selectbox(key="optim.schedule").value == "one_cycle"
    assert address(app, "data.batch_size") == "384"
    app.text_input(key="train.seed").set_value("3").run()
    assert app.selectbox(key="preset").value == "Custom"
    app.selectbox(key="preset").set_value("Offline digits").run()
    assert app.selectbox(key="data.name").value == "digits"
    assert app.button(key="reset").disabled is False


def test_hidden_layers_that_cannot_be_read_are_refused_in_a_sentence(
    app: AppTest, address: Address
) -> None:
    unfold_settings(app).run().text_input(key="model.hidden").set_value("32 x").run()
    assert not app.exception
    assert any("but got 'x'" in item.value for item in app.markdown)
    assert app.text_input(key="model.hidden").value == "32 x"
    app.text_input(key="model.hidden").set_value("32 16").run()
    assert address(app, "model.hidden") == "32,16"
    assert not app.error


def test_a_bad_link_is_explained_and_the_sentence_goes_with_the_next_change(app: AppTest) -> None:
    app.query_params["optim.lr"] = "-1"
    app.run()
    assert [("Learning rate must be" in item.value) for item in app.sidebar.warning] == [True]
    assert app.text_input(key="optim.lr").value == "0.003"
    places = list(app.sidebar.children)
    app.text_input(key="train.epochs").set_value("6").run()
    assert not app.sidebar.warning
    assert list(app.sidebar.children) == places  # a group that moves loses what is typed in it


def test_what_a_link_left_out_is_said_on_the_page_that_it_names_alone(app: AppTest) -> None:
    app.query_params["optim.lr"] = "-1"
    app.run()
    app.run()
    assert app.sidebar.warning
    app.switch_page("app_pages/data.py").run()
    assert not app.sidebar.warning


def test_a_refused_number_says_why_and_starts_nothing(
    app: AppTest, runs: RunStore, address: Address
) -> None:
    app.run()
    for text in ("0", "1000", "-1", "", "fast"):
        app.text_input(key="optim.lr").set_value(text)
        app.button(key="train").click().run()
        said = "".join(item.value for item in app.sidebar.markdown)
        shown = text if text.strip("-").isdigit() else repr(text)
        assert as_markdown(f"but got {shown}.") in said
        assert app.text_input(key="optim.lr").value == text
        assert "A setting in the sidebar cannot be used" in app.main.error[0].value
        assert runs.list() == []
    app.text_input(key="optim.lr").set_value("0,05").run()
    assert address(app, "optim.lr") == "0.05"


def test_parameters_of_other_owners_stay_in_the_address(app: AppTest, address: Address) -> None:
    app.query_params["embed_options"] = "x"
    app.run().text_input(key="train.epochs").set_value("6").run()
    assert address(app, "embed_options") == "x"


def test_settings_stay_when_the_page_changes(app: AppTest) -> None:
    app.run().text_input(key="train.epochs").set_value("9").run()
    app.switch_page("app_pages/data.py").run()
    assert not app.exception
    assert not app.error
    assert app.text_input(key="train.epochs").value == "9"


def test_the_page_process_imports_no_torch() -> None:
    script = (
        "import sys, pathlib, importlib\n"
        "for file in pathlib.Path('dashboard').rglob('*.py'):\n"
        "    if file.name != 'app.py' and 'app_pages' not in file.parts:\n"
        "        parts = [p for p in file.with_suffix('').parts if p != '__init__']\n"
        "        importlib.import_module('.'.join(parts))\n"
        "assert 'torch' not in sys.modules, 'torch'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=APP.parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
