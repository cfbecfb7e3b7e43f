"""The Train page without a browser, and records of runs for it."""

from __future__ import annotations

import struct
from pathlib import Path

from streamlit.testing.v1 import AppTest

from mlcore.config import DataConfig, RunConfig, TrainConfig
from mlcore.events import EpochDone, Event, Started, StepsDone
from mlcore.runs import Recorder, RunFolder

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200), train=TrainConfig(epochs=2)
)
STARTED = Started(
    step=0,
    epoch=0,
    steps_per_epoch=39,
    epochs=2,
    device="cpu",
    threads=1,
    parameters=109_386,
    train_images=1_237,
    validation_images=200,
)
STEPS = StepsDone(first=1, losses=tuple(2 - step / 39 for step in range(39)), epoch=1)
EPOCH = EpochDone(
    epoch=1,
    step=39,
    train_loss=1.5,
    validation_loss=1.25,
    validation_accuracy=0.875,
    lr=0.003,
    seconds=0.5,
    images_per_second=2_474.0,
)

ADDRESS = {"data.batch_size": "32", "data.validation": "200", "train.epochs": "2"}
"""The settings of `CONFIG`, as the address bar carries them."""


def record(folder: RunFolder, event: Event) -> None:
    """Append an event to a run's history."""
    with Recorder(folder) as recorder:
        recorder.record(event)


def unfold_settings(app: AppTest) -> AppTest:
    """Open the sidebar's groups, for the next run of the page: their settings are drawn then."""
    for group in ("data", "model", "optimizer", "training"):
        app.session_state[f"group-{group}-kept"] = True
    return app


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["data.name"] = "digits"  # always there, so nothing is downloaded
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.main.metric}


def sentences(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.main.markdown, *app.main.caption))


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.main.button}


def chart_header(app: AppTest) -> bytes:
    drawn = app.main.get("bidi_component")
    (chart,) = (one for one in drawn if one.proto.component_name.endswith("live_chart"))
    message = chart.proto.bytes
    (size,) = struct.unpack_from("<I", message)
    return message[4 : 4 + size]
