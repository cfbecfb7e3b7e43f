"""What a page says while its data set is not there; downloads are scripted, files are real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.server import data_sets
from dashboard.server.downloads import Downloads
from mlcore.errors import DataMissingError

SCRIPT = (
    "import streamlit as st\nfrom dashboard import session\n"
    "from dashboard.panels.data_notice import data_notice\n"
    "ready = data_notice(session.data_config())\n"
    "st.text(f\"{session.data_name()} {'ready' if ready else 'not ready'}\")\n"
)


class Mirror:
    """Stands in for the worker that downloads: `answer` is what its job says when asked."""

    answer: Any = None

    def warm(self, name: str, root: Path) -> None:
        """Nothing to keep ready here."""

    def submit(self, kind: str, request: Mapping[str, Any]) -> Mirror:
        assert kind == "fetch"
        return self

    def poll(self) -> Mapping[str, Any] | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def progress(self) -> Mapping[str, Any]:
        return {"file": "train-images-idx3-ubyte.gz", "done": 2_000_000, "total": 9_900_000}


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    mirror, held = Mirror(), Downloads()
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "tiny_data"))
    monkeypatch.setattr(data_sets, "downloads", lambda: held)
    monkeypatch.setattr(data_sets.server, "jobs", lambda: mirror)
    return mirror


def page(**params: str) -> AppTest:
    test = AppTest.from_string(SCRIPT)
    for name, value in params.items():
        test.query_params[name.replace("__", ".")] = value
    return again(test)


def again(test: AppTest) -> AppTest:
    test.run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    bars = [item.proto.text for item in test.get("progress")]
    return " ".join([*(item.value for item in test.markdown), *bars])


def test_mnist_is_fetched_without_being_asked_and_then_used(
    mirror: Mirror, tiny_idx_root: Callable[..., Path]
) -> None:
    first = page()
    assert first.text[0].value == "mnist not ready"
    assert "Downloading MNIST (train-images-idx3-ubyte.gz): 2.0 MB of 9.9 MB" in words(first)
    tiny_idx_root("MNIST")
    mirror.answer = {}
    assert again(first).text[0].value == "mnist ready"
    assert not words(first)


def test_where_mnist_cannot_be_downloaded_the_digits_replace_it(mirror: Mirror) -> None:
    mirror.answer = DataMissingError("No mirror answered.")
    first = page()
    assert first.text[0].value == "digits ready"
    assert "1,797 handwritten digits that come with it" in words(first)
    assert first.session_state["settings"]["train.epochs"] == 30
    assert "No mirror answered." in words(first)


def test_settings_of_ones_own_stay_when_the_digits_take_over(mirror: Mirror) -> None:
    mirror.answer = DataMissingError("No mirror answered.")
    settings = page(train__epochs="7").session_state["settings"]
    assert (settings["data.name"], settings["train.epochs"]) == ("digits", 7)
    assert settings["data.validation"] == 200


def test_that_mnist_is_not_there_is_read_once_and_closed(mirror: Mirror) -> None:
    mirror.answer = DataMissingError("No mirror answered.")
    test = page()
    said = "so the app works with 1,797 handwritten digits"
    assert said in words(test)
    test.button(key="close-offline").click().run()
    assert said not in words(test)
    assert test.text[0].value == "digits ready"


def test_another_try_that_succeeds_brings_mnist_back(
    mirror: Mirror, tiny_idx_root: Callable[..., Path]
) -> None:
    mirror.answer = DataMissingError("No mirror answered.")
    test = page()
    mirror.answer = None
    test.button(key="fetch-again").click().run()
    assert test.text[0].value == "digits ready"
    assert "Downloading MNIST" in words(test)
    tiny_idx_root("MNIST")
    mirror.answer = {}
    assert again(test).text[0].value == "mnist ready"
    assert test.session_state["notes"] == ["MNIST has been downloaded, and the settings use it."]


def test_other_data_sets_are_fetched_when_a_person_asks(mirror: Mirror) -> None:
    test = page(data__name="kmnist")
    assert "Kuzushiji-MNIST is not on this machine yet." in words(test)
    test.button(key="fetch").click().run()
    assert "Downloading Kuzushiji-MNIST" in words(test)
    mirror.answer = DataMissingError("No mirror answered.")
    assert "No mirror answered." in words(again(test))
    assert "again" in test.button(key="fetch").label


def test_damaged_files_are_named_and_can_be_fetched_again(
    mirror: Mirror, tiny_idx_root: Callable[..., Path]
) -> None:
    root = tiny_idx_root("MNIST")
    (root / "MNIST" / "raw" / "t10k-images-idx3-ubyte").write_bytes(b"short")
    test = page()
    assert test.text[0].value == "mnist not ready"
    assert "t10k-images-idx3-ubyte" in words(test)
    assert test.button(key="fetch").label.startswith("Download MNIST again")


def test_bundled_digits_that_were_chosen_need_no_words(mirror: Mirror) -> None:
    assert not words(page(data__name="digits"))


def test_train_waits_until_the_data_are_there(
    mirror: Mirror, tiny_idx_root: Callable[..., Path]
) -> None:
    test = AppTest.from_string(
        "from dashboard import server, session\n"
        "from dashboard.panels.actions import train_button\n"
        "train_button(server.queue().snapshot())\n"
    )
    again(test)
    assert test.button(key="train").disabled
    assert "not on this machine yet" in test.button(key="train").help
    tiny_idx_root("MNIST")
    assert not again(test).button(key="train").disabled


def test_mnist_that_nobody_asked_for_here_leaves_the_settings_alone(
    mirror: Mirror, tiny_idx_root: Callable[..., Path]
) -> None:
    mirror.answer = DataMissingError("No mirror answered.")
    test = page()
    assert test.text[0].value == "digits ready"
    tiny_idx_root("MNIST")  # fetched by another session
    assert again(test).text[0].value == "digits ready"
