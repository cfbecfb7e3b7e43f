"""The chart of a training run."""

from __future__ import annotations

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.training import (
    TrainingInfo,
    edit_words,
    training_arrays,
    training_info,
)
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


def figure(info: TrainingInfo) -> go.Figure:
    """The whole figure, data included."""
    whole = go.Figure(training_frame(info, run="r"))
    for trace, arrays in zip(whole.data, training_arrays(info), strict=True):
        trace.update(arrays)
    return whole


def frame(upto: int = 1, *, axis: str = "auto", validated: bool = True, run: str = "r"):
    info = training_info(LOSSES[:0], epoch_end=upto, validated=validated, axis=axis)
    return training_frame(info, run=run)


def texts(info):
    """What the labels of the edits say."""
    return [text for _step, text in edit_words(info)]


def test_edits_and_checkpoints_become_marks_in_words():
    info = training_info(LOSSES, [EPOCH], [EDIT], [SAVED])
    assert (info.edits, info.checkpoints) == ((EDIT,), (SAVED,))
    checkpoints, lines, points = training_arrays(info)[5:8]
    assert (list(checkpoints["x"]), checkpoints["text"]) == ([10], ["checkpoint"])
    assert lines["x"] == [12, 12, None]
    assert (points["x"], points["text"]) == ([12], ["lr 0.1 → 0.01"])
    assert training_frame(info, run="r")["layout"]["meta"]["edits"] == [(12, "lr 0.1 → 0.01")]


@pytest.mark.parametrize(("steps", "epoch_end", "upto"), [(0, 10, 10), (9, 10, 10), (14, 0, 14)])
def test_the_axis_reaches_to_the_end_of_the_epoch_under_way(steps, epoch_end, upto):
    assert training_info(LOSSES[:steps], epoch_end=epoch_end).upto == upto


def test_every_trace_of_the_frame_has_its_arrays():
    info = training_info(LOSSES, [EPOCH], [EDIT], [SAVED])
    arrays = training_arrays(info)
    built = training_frame(info, run="r")
    assert len(arrays) == len(built["data"])
    assert all(len(fields["x"]) == len(fields["y"]) for fields in arrays)


def test_switches_and_names_read_as_words():
    changes = {"optim.nesterov": True, "optim.schedule": "one_cycle", "optim.momentum": 0.5}
    before = {"optim.nesterov": False, "optim.schedule": "step", "optim.momentum": 0.0}
    edit = dataclasses.replace(EDIT, changes=changes, before=before)
    assert texts(training_info(LOSSES, edits=[edit])) == [
        "nesterov off → on, schedule Step decay → One cycle, momentum 0 → 0.5"
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
    log = frame(7, axis="log")["layout"]
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
    assert layout["plot_bgcolor"] == "rgba(0,0,0,0)"  # the hidden axis lies over them


@pytest.mark.parametrize("axis", ["auto", "linear", "log"])
@pytest.mark.parametrize("epochs", [[], [EPOCH]])
def test_the_figure_can_be_drawn(axis, epochs):
    info = training_info(LOSSES, epochs, [EDIT], [SAVED], axis=axis)
    assert "var(--st-chart-color-1)" in figure(info).to_json()


def test_the_accuracy_stays_within_0_and_100_per_cent_also_before_there_is_one():
    """Without an epoch the axis showed −400 % to 400 %."""
    for epochs in ([], [EPOCH]):
        info = training_info(LOSSES, epochs)
        axis = training_frame(info, run="r")["layout"]["yaxis2"]
        assert axis["autorangeoptions"] == {"clipmin": 0, "clipmax": 100}
    corners = training_arrays(training_info(LOSSES))[10]
    assert corners == {"x": [0, 14], "y": [0, 100]}
    assert training_arrays(training_info(LOSSES, [EPOCH]))[10]["y"] == [None, None]


@pytest.mark.parametrize(("axis", "lowest"), [("linear", 0), ("log", 0.1)])
def test_a_run_without_a_step_has_the_axes_that_its_first_one_will_need(axis, lowest):
    info = training_info(LOSSES[:0], axis=axis)
    assert training_arrays(info)[9] == {"x": [0, 100], "y": [lowest, 2.5]}
    begun = training_info(LOSSES[:1], axis=axis)
    assert training_arrays(begun)[9]["y"] == [None, None]


def test_what_is_cut_off_is_marked_and_said():
    losses = np.concatenate([LOSSES, LOSSES])
    losses[20] = 5e34
    info = training_info(losses)
    assert info.notes == ("1 loss off the scale: 5e+34 at step 21",)
    cut = training_arrays(info)[8]
    assert (list(cut["x"]), list(cut["y"]), cut["text"]) == ([21], [1], ["5e+34"])
    layout = training_frame(info, run="r")["layout"]
    assert layout["meta"]["notes"] == info.notes  # which the browser writes where it has room
    assert layout["yaxis"]["autorangeoptions"]["clipmax"] < 3


def test_a_run_that_diverged_says_where_its_losses_end():
    assert training_info(LOSSES, diverged=15).notes == ("no finite loss from step 15 on",)
    assert training_info(LOSSES).notes == ()


def test_losses_of_zero_are_said_where_a_logarithmic_axis_cannot_show_them():
    losses = np.zeros(4, np.float32)
    assert training_info(losses, axis="linear").notes == ()
    assert training_info(losses, axis="log").notes == (
        "4 losses of 0: a logarithmic axis cannot show them",
    )


def test_the_legend_names_those_marks_that_there_are():
    def named(info):
        return [
            trace["name"]
            for trace in training_frame(info, run="r")["data"][5:]
            if trace.get("showlegend") is not False
        ]

    assert named(training_info(LOSSES)) == []
    assert named(training_info(LOSSES, [EPOCH], [EDIT], [SAVED])) == ["checkpoint", "edit"]
    high = np.append(LOSSES, np.float32(1e9))
    assert named(training_info(high, edits=[EDIT])) == ["edit", "off the scale"]


def test_numbers_on_hover_have_a_power_of_ten_where_digits_cannot_be_read():
    def hover(losses):
        return training_frame(training_info(losses), run="r")["data"][0]["hovertemplate"]

    assert hover(LOSSES) == "%{y:.4f}"
    assert hover(np.array([1.0, 5.9e31], np.float32)) == "%{y:.4~g}"


def test_very_many_epochs_are_lines_without_markers():
    epochs = [dataclasses.replace(EPOCH, epoch=number, step=number) for number in range(1, 60)]
    info = training_info(LOSSES, epochs)
    assert info.dense
    assert {trace.mode for trace in figure(info).data[2:5]} == {"lines"}
