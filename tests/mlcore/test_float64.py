"""A run in float64: its record, its checkpoints and what is made of them."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.commands import Edit, Stop
from mlcore.config import RunConfig
from mlcore.errors import DeviceError, SettingsError
from mlcore.events import EditRefused, Finished, StepsDone, Stopped
from mlcore.export.pixels import pixel_model
from mlcore.export.write import export
from mlcore.fitting import memory_needed
from mlcore.initial_state import initial_state_from
from mlcore.insight.drawn_network import diagram_of
from mlcore.insight.forward import answers_of_checkpoint, prepared
from mlcore.insight.plain_network import plain_network
from mlcore.lr_finder.range_test import data_for, range_test
from mlcore.replay import replay
from mlcore.replay.replayer import Difference
from mlcore.run import execute
from mlcore.runs import History, RunStore, ask_resume, send
from mlcore.testing import data_config, evaluate_checkpoint
from mlcore.trainer import Trainer, load_data

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 64,
    "data.validation": 200,
    "model.hidden": [16],
    "model.batch_norm": True,
    "optim.name": "adam",
    "train.dtype": "float64",
    "train.epochs": 2,
    "train.device": "cpu",
    "train.threads": 1,
}


def config(**changes):
    return RunConfig.from_flat(
        SETTINGS | {name.replace("__", "."): value for name, value in changes.items()}
    )


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run and every loss as its trainer said it."""
    folder = RunStore(tmp_path_factory.mktemp("runs")).create(config())
    losses = []

    def observe(event):
        if isinstance(event, StepsDone):
            losses.extend(event.losses)

    ended = execute(folder, observe=observe)
    assert isinstance(ended, Finished)
    return folder, losses, ended


@pytest.fixture(scope="module")
def found(trained):
    return checkpoint.load(trained[0].last_checkpoint())


def test_the_record_holds_every_digit_of_every_loss(trained):
    folder, losses, _ = trained
    history = history_of(folder)
    assert history.steps.dtype == np.float64
    assert history.steps.tolist() == losses
    assert history.started.dtype == "float64"
    assert history.snapshot().steps.tolist() == losses
    assert any(float(np.float32(loss)) != loss for loss in losses)


def test_a_run_in_float32_keeps_to_float32(tmp_path):
    folder = RunStore(tmp_path).create(config(train__dtype="float32", train__epochs=1))
    execute(folder)
    assert history_of(folder).steps.dtype == np.float32
    assert all(w.dtype != torch.float64 for w in _model(folder.last_checkpoint()).values())


def test_it_begins_as_in_float32_and_differs_later():
    one = Trainer(config(), load_data(config()))
    other = Trainer(config(train__dtype="float32"), load_data(config()))
    for double, single in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(double, single.double())
    ours, theirs = (
        [loss for event in trainer.events() if event.kind == "steps" for loss in event.losses]
        for trainer in (one, other)
    )
    assert ours != theirs
    assert ours == pytest.approx(theirs, rel=1e-3)


def test_a_replay_is_the_same_to_the_last_bit(trained):
    result = replay(trained[0])
    assert result.equal
    assert result.weights_equal


def test_a_replay_tells_two_losses_apart_that_are_one_in_float32(tmp_path):
    folder = RunStore(tmp_path).create(config(train__epochs=1))
    execute(folder)
    text = folder.events_path.read_text()
    loss = history_of(folder).steps.tolist()[0]
    other = float(np.nextafter(loss, 9))
    folder.events_path.write_text(text.replace(f"[{loss!r}", f"[{other!r}", 1))
    difference = replay(folder).difference
    assert difference == Difference(step=1, recorded=other, replayed=loss, digits=17)


def test_stopped_and_resumed_it_equals_the_uninterrupted_run(trained, tmp_path):
    folder = RunStore(tmp_path).create(config())

    def stop(event):
        if isinstance(event, StepsDone) and event.step < 30:
            send(folder, Stop())

    assert isinstance(execute(folder, observe=stop), Stopped)
    ask_resume(folder)
    assert isinstance(execute(folder), Finished)
    assert history_of(folder).steps.tolist() == trained[1]
    ours, whole = (_model(one.last_checkpoint()) for one in (folder, trained[0]))
    assert all(torch.equal(ours[name], whole[name]) for name in whole)


def _model(path):
    return checkpoint.load(path).model


def test_its_checkpoint_keeps_weights_and_averages_in_float64(trained, found):
    state = torch.load(trained[0].last_checkpoint(), weights_only=True)
    for name, tensor in state["model_state_dict"].items():
        assert torch.equal(found.model[name], tensor)
        assert found.model[name].dtype == tensor.dtype
    average = found.optimizer["state"][0]["exp_avg"]
    assert torch.equal(average, state["optimizer_state_dict"]["state"][0]["exp_avg"])
    assert average.dtype == torch.float64
    assert not any("converted" in str(warning) for warning in found.warnings)


def test_its_dtype_is_fixed_and_a_fork_in_float32_begins_from_its_weights(trained):
    path = trained[0].last_checkpoint()
    same = initial_state_from(path.parent / path.name, config(train__epochs=4))
    assert same.config.train.dtype == "float64"
    start = path.parent / "start.pt"
    start.write_bytes(path.read_bytes())
    try:
        fork = initial_state_from(start, config(train__dtype="float32", train__epochs=4))
    finally:
        start.unlink()
    assert set(fork.state) == {"model"}
    trainer = Trainer(fork.config, load_data(fork.config), state=fork.state)
    assert trainer.model.dtype == torch.float32
    with pytest.raises(SettingsError, match=r"`train\.dtype` is fixed"):
        ask_resume(trained[0], {"train.dtype": "float32"})
    trainer = Trainer(
        fork.config,
        load_data(fork.config),
        commands=iter([[Edit(changes={"train.dtype": "float64"})]] + [[]] * 10**6).__next__,
    )
    assert any(isinstance(event, EditRefused) for event in trainer.events())


def test_files_that_state_no_settings_are_read_as_strangers(found, tmp_path):
    checkpoint.save_weights(tmp_path / "weights.pt", found.model)
    bare = checkpoint.load(tmp_path / "weights.pt")
    assert {str(weight.dtype) for weight in bare.model.values()} == {"torch.float32", "torch.int64"}
    assert any("float64 numbers were converted to float32" in str(one) for one in bare.warnings)
    checkpoint.save_safetensors(tmp_path / "all.safetensors", found)
    stated = checkpoint.load(tmp_path / "all.safetensors")
    assert all(torch.equal(stated.model[name], found.model[name]) for name in found.model)
    assert stated.model["fc1.weight"].dtype == torch.float64


def test_a_full_file_of_other_numbers_than_it_states_is_converted(trained, tmp_path):
    state = torch.load(trained[0].last_checkpoint(), weights_only=True)
    weights = state["model_state_dict"]
    for name, tensor in weights.items():
        weights[name] = tensor.float() if tensor.is_floating_point() else tensor
    torch.save(state, tmp_path / "other.pt")
    other = checkpoint.load(tmp_path / "other.pt")
    assert other.model["fc1.weight"].dtype == torch.float64
    assert any("float32 numbers were converted to float64" in str(one) for one in other.warnings)
    assert checkpoint.build_model(other).eval()(torch.zeros(1, 784)).dtype == torch.float64


def test_a_test_gives_the_runs_own_figures(trained, found):
    report = evaluate_checkpoint(found, data_config(found, {}))
    ended = trained[2]
    assert report.evaluation.loss == ended.test_loss
    assert report.evaluation.accuracy == ended.test_accuracy


def test_what_is_looked_at_is_float32(trained, found):
    wanted = data_config(found, {})
    model, data = prepared(found, wanted, "cpu", None)
    assert model.dtype == torch.float32
    answers = answers_of_checkpoint(found, wanted)["test"]
    assert answers.logits.dtype == np.float32
    assert np.mean(answers.logits.argmax(1) == answers.labels) == pytest.approx(
        trained[2].test_accuracy, abs=0.003
    )
    in_browser = plain_network(found)
    assert in_browser.numbers.dtype == np.float32
    double = checkpoint.build_model(found)
    drawn = diagram_of(double, data, [0, 3], step=1)
    same = diagram_of(model, data, [0, 3], step=1)
    for one, other in zip(drawn.reactions, same.reactions, strict=True):
        assert one.probabilities.dtype == np.float32
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)


@pytest.mark.parametrize("name", ["pt2", "onnx"])
def test_exported_programs_are_float32_and_agree(trained, found, tmp_path, name):
    path = trained[0].last_checkpoint()
    compared = export(found, path, tmp_path / f"model.{name}", name)
    assert compared["same_class"] == compared["images"]
    assert pixel_model(found).model.dtype == torch.float32


def first_losses(wanted):
    return [one.losses[-1] for one in islice(range_test(wanted, data_for(wanted)), 5)]


def test_a_learning_rate_is_found_in_float64():
    wanted = config(data__validation=0)
    double = first_losses(wanted)
    single = wanted.with_values({"train.dtype": "float32"})
    other = first_losses(single)
    assert double == pytest.approx(other, rel=1e-5)
    assert double != other


def test_it_is_said_to_take_twice_the_memory():
    model, batch, data = memory_needed(config(), 10, (1_437, 360))
    single = memory_needed(config(train__dtype="float32"), 10, (1_437, 360))
    assert (model, batch, data) == (2 * single[0], 2 * single[1], single[2])


def test_a_device_without_float64_refuses_in_a_sentence():
    data = load_data(config())
    with pytest.raises(DeviceError, match="which an Apple GPU does not have"):
        Trainer(config(), data, device="mps")
