"""The chart of a training run."""

from __future__ import annotations

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.training import TrainingInfo, training_arrays, training_info
from dashboard.charts.training_frame import training_frame
from mlcore.events import CheckpointSaved, EpochDone, SettingsEdited

EPOCH = EpochDone(
    epoch=1,
    step=10,
    train_loss=0.5,
    validation_loss=0.4,
    validation_accuracy=0.9,
    lr=0.1,
    seconds=1.0,
    images_per_second=640.0,
)
EDIT = SettingsEdited(step=12, epoch=2, changes={"optim.lr": 0.01}, before={"optim.lr": 0.1})
SAVED = CheckpointSaved(step=10, epoch=1, file="step-00000010.pt", reason="epoch")
LOSSES = np.linspace(2, 1, 14, dtype=np.float32)


def figure(info: TrainingInfo, *, log: bool = False) -> go.Figure:
    """The whole figure, data included."""
    whole = go.Figure(training_frame(info, log=log, run="r"))
    for trace, arrays in zip(whole.data, training_arrays(info), strict=True):
        trace.update(arrays)
    return whole


def frame(upto: int = 1, *, log: bool = False, validated: bool = True, run: str = "r"):
    info = training_info(LOSSES[:0], epoch_end=upto, validated=validated)
    return training_frame(info, log=log, run=run)


def texts(info):
    """What the labels of the edits say."""
    return [text.strip("\u2002") for text in training_arrays(info)[-1]["text"]]


def test_edits_and_checkpoints_become_marks_in_words():
    info = training_info(LOSSES, [EPOCH], [EDIT], [SAVED])
    assert (info.edits, info.checkpoints) == ((EDIT,), (SAVED,))
    checkpoints, _, labels = training_arrays(info)[-3:]
    assert (list(checkpoints["x"]), checkpoints["text"]) == ([10], ["checkpoint"])
    assert (labels["x"], texts(info)) == ([12], ["lr 0.1 → 0.01"])


@pytest.mark.parametrize(("steps", "epoch_end", "upto"), [(0, 10, 10), (9, 10, 10), (14, 0, 14)])
def test_the_axis_reaches_to_the_end_of_the_epoch_under_way(steps, epoch_end, upto):
    assert training_info(LOSSES[:steps], epoch_end=epoch_end).upto == upto


def test_every_trace_of_the_frame_has_its_arrays():
    info = training_info(LOSSES, [EPOCH], [EDIT], [SAVED])
    arrays = training_arrays(info)
    built = training_frame(info, log=False, run="r")
    assert len(arrays) == len(built["data"])
    assert all(len(fields["x"]) == len(fields["y"]) for fields in arrays)
    assert arrays[-2]["x"] == [12, 12, None]
    assert (arrays[-1]["x"], arrays[-1]["text"]) == ([12], ["\u2002lr 0.1 → 0.01\u2002"])


def test_labels_of_edits_take_turns_in_height_and_stay_within_the_axis():
    edits = [dataclasses.replace(EDIT, step=step) for step in (2, 3, 13)]
    marks = training_arrays(training_info(LOSSES, edits=edits))[-1]
    assert marks["x"] == [2, 3, 13]
    assert len(set(marks["y"])) == 3
    assert marks["textposition"] == ["middle right", "middle right", "middle left"]


def test_switches_and_names_read_as_words():
    changes = {"optim.nesterov": True, "optim.schedule": "one_cycle", "optim.momentum": 0.5}
    before = {"optim.nesterov": False, "optim.schedule": "step", "optim.momentum": 0.0}
    edit = dataclasses.replace(EDIT, changes=changes, before=before)
    assert texts(training_info(LOSSES, edits=[edit])) == [
        "nesterov off → on, schedule Step → One cycle, momentum 0 → 0.5"
    ]


def test_an_edit_of_many_settings_has_a_short_label():
    names = ("optim.lr", "optim.momentum", "data.batch_size", "train.epochs", "train.patience")
    edit = dataclasses.replace(
        EDIT, changes=dict.fromkeys(names, 2), before=dict.fromkeys(names, 1)
    )
    assert texts(training_info(LOSSES, edits=[edit])) == [
        "lr 1 → 2, momentum 1 → 2, batch size 1 → 2, 2 more"
    ]


def test_the_zoom_belongs_to_a_run_and_the_loss_axis_is_reset_when_its_kind_changes():
    linear = frame(5)["layout"]
    log = frame(7, log=True)["layout"]
    assert linear["uirevision"] == log["uirevision"] == "r"
    assert linear["yaxis"]["uirevision"] != log["yaxis"]["uirevision"]
    assert (linear["yaxis"]["type"], log["yaxis"]["type"]) == ("linear", "log")
    assert log["xaxis"]["autorangeoptions"] == {"include": [0, 7], "minallowed": 0}


def test_a_frame_can_be_changed_without_touching_the_next_one():
    first = frame(5, run="a")
    second = frame(9, run="b")
    assert first["layout"]["xaxis"]["autorangeoptions"] == {"include": [0, 5], "minallowed": 0}
    assert second["layout"]["uirevision"] == "b"


def test_without_held_out_images_the_losses_have_the_whole_height():
    layout = frame(validated=False)["layout"]
    assert layout["yaxis"]["domain"] == [0.0, 1.0]
    assert layout["yaxis2"]["visible"] is False


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("epochs", [[], [EPOCH]])
def test_the_figure_can_be_drawn(log, epochs):
    info = training_info(LOSSES, epochs, [EDIT], [SAVED])
    assert "var(--st-chart-color-1)" in figure(info, log=log).to_json()


def test_very_many_epochs_are_lines_without_markers():
    epochs = [dataclasses.replace(EPOCH, epoch=number, step=number) for number in range(1, 60)]
    info = training_info(LOSSES, epochs)
    assert info.dense
    assert {trace.mode for trace in figure(info).data[2:5]} == {"lines"}
