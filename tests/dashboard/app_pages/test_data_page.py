"""The Data page without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.server import data_sets
from tests.dashboard.train_page import unfold_settings


@pytest.fixture
def page(app: AppTest) -> AppTest:
    app.run()
    app.switch_page("app_pages/data.py").run()
    assert not app.exception
    assert not app.error
    return app


def html(page: AppTest) -> str:
    return "".join(item.proto.body for item in page.main.get("html"))


def test_it_shows_what_the_settings_would_train_on(page: AppTest) -> None:
    assert page.title[0].value == "Digits (bundled)"
    shown = {item.label: item.value for item in page.metric}
    assert shown["Validate on"] == "200"
    assert int(shown["Train on"].replace(",", "")) + 200 == 1_437
    assert shown["Classes"] == "10"
    assert len(page.get("plotly_chart")) == 5


def test_other_samples_are_drawn_on_the_click_and_only_then(page: AppTest) -> None:
    first = html(page)
    page.toggle(key="balance-shares").set_value(True).run()
    assert html(page) == first
    page.button(key="other-samples").click().run()
    assert html(page) != first


def test_another_image_changes_the_sums(page: AppTest) -> None:
    sums = [item.value for item in page.latex]
    assert len(sums) == 2
    page.button(key="another-image").click().run()
    assert page.text_input(key="image-index").value != "0"
    page.text_input(key="image-index").input("0").run()
    assert [item.value for item in page.latex] == sums


def test_the_sums_follow_the_normalisation_of_the_sidebar(page: AppTest) -> None:
    unfold_settings(page).run()
    page.text_input(key="data.mean").set_value("0.25").run()
    assert "0.25" in page.latex[1].value


def test_settings_that_are_refused_do_not_empty_the_page(page: AppTest) -> None:
    unfold_settings(page).run()
    page.text_input(key="model.hidden").set_value("x").run()
    assert page.title[0].value == "Digits (bundled)"
    assert page.metric


def test_the_picker_on_the_page_and_in_the_sidebar_are_one(
    page: AppTest, page_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfold_settings(page).selectbox(key="data-picker").set_value("fashion_mnist").run()
    assert page.selectbox(key="data.name").value == "fashion_mnist"
    assert page.title[0].value == "Fashion-MNIST"
    assert not page.metric
    assert page.button(key="fetch").label.startswith("Download Fashion-MNIST (3")
    page.button(key="use-digits").click().run()
    assert page.selectbox(key="data-picker").value == "digits"
    assert data_sets.source("fashion_mnist", page_folder / "data").state == "missing"
