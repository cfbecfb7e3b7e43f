from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.controls import devices
from dashboard.controls.devices import _has
from mlcore.errors import JobError
from tests.dashboard.train_page import unfold_settings


@pytest.mark.parametrize(
    ("device", "there"),
    [
        ("auto", True),
        ("cpu", True),
        ("cuda", True),
        ("cuda:0", True),
        ("cuda:1", False),
        ("mps", False),
    ],
)
def test_a_device_is_there_when_the_machine_has_it(device: str, there: bool) -> None:
    assert _has(device, ["cpu", "cuda:0"]) is there


def test_without_a_gpu_cuda_is_not_there() -> None:
    assert not _has("cuda", ["cpu"])


def test_where_no_process_can_be_started_no_device_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise JobError("No process.")

    monkeypatch.setattr(devices.server, "jobs", refuse)
    assert devices._devices() == {}


def test_the_list_comes_from_the_job_and_warns_of_a_device_that_is_missing(app: AppTest) -> None:
    app.query_params["train.device"] = "cuda:117"
    app.run()
    assert app.selectbox(key="train.device").value == "cuda:117"
    end = time.monotonic() + 60
    while not any("has no cuda:117" in item.value for item in app.sidebar.caption):
        assert time.monotonic() < end, "the devices job answers"
        app.run()
    assert "cpu" in (devices._devices() or {})


def _of_a_machine_with(gpus: int, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*(f"cuda:{number}" for number in range(gpus)), "cpu"]
    monkeypatch.setattr(devices, "_devices", lambda: {name: name for name in names})


def _processes(app: AppTest) -> list[str] | None:
    """The numbers of processes that can be chosen; None: there is no such control."""
    found = [box for box in app.sidebar.selectbox if box.label == "Processes"]
    return list(found[0].options) if found else None


def test_processes_are_chosen_where_there_are_several_gpus(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _of_a_machine_with(4, monkeypatch)
    app.run()
    assert _processes(app) == ["1", "2", "3", "4"]
    unfold_settings(app).selectbox(key="train.processes").select(3).run()
    assert app.query_params["train.processes"] == "3"
    app.toggle(key="model.batch_norm").set_value(True).run()
    (error,) = [one.value for one in app.sidebar.error]
    assert error.startswith("Batch norm takes its figures from a whole batch")


@pytest.mark.parametrize("gpus", [0, 1])
def test_processes_are_not_offered_where_there_is_one_device(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, gpus: int
) -> None:
    _of_a_machine_with(gpus, monkeypatch)
    app.run()
    assert _processes(app) is None


def test_processes_of_a_link_can_be_taken_back_and_too_many_are_said(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _of_a_machine_with(1, monkeypatch)
    app.query_params["train.processes"] = "6"
    app.run()
    assert _processes(app) == ["1", "6"]
    assert any("This machine has 1 GPU:" in item.value for item in app.sidebar.caption)
    app.selectbox(key="train.device").select("cpu").run()
    assert not any("This machine has 1 GPU:" in item.value for item in app.sidebar.caption)
    app.selectbox(key="train.processes").select(1).run()
    assert _processes(app) is None
