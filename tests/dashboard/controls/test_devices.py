from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.controls import devices
from dashboard.controls.devices import _has
from mlcore.errors import JobError


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
