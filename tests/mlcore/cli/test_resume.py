from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mlcore.checkpoint import load
from mlcore.commands import Stop
from mlcore.events import EpochDone
from mlcore.runs import History, RunFolder, RunStore, read_state
from mlcore.runs.library.label import read_label

Shell = Callable[..., Any]


def checkpoint(trained: Path) -> Path:
    found = RunFolder(trained).last_checkpoint()
    assert found is not None
    return found


def test_a_finished_run_gets_more_epochs(shell: Shell, trained: Path) -> None:
    answer = shell(f"resume {trained.name} --train.epochs 4 --json")
    assert answer.status == 0, answer.err
    assert [r["epoch"] for r in answer.records if r["event"] == "epoch"] == [3, 4]
    assert answer.records[-1]["run"] == trained.name
    history = History(RunFolder(trained))
    history.refresh()
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4]


def test_more_epochs_in_one_go_or_by_resuming_are_the_same(
    shell: Shell, trained: Path, quick: str
) -> None:
    shell(f"resume {trained.name} --train.epochs 4")
    whole = shell(f"train {quick} --train.epochs 4 --json")
    ended = Path(whole.records[-1]["folder"])
    resumed, direct = load(checkpoint(trained)).model, load(checkpoint(ended)).model
    assert all(torch.equal(resumed[name], direct[name]) for name in direct)


def test_a_stopped_run_goes_on_with_a_new_learning_rate(
    shell: Shell, runs: Path, quick: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlcore.cli.progress import JsonLines
    from mlcore.runs import send

    def stop_after_one_epoch(self: JsonLines, event: Any) -> None:
        if isinstance(event, EpochDone):
            send(self.run, Stop())

    with monkeypatch.context() as patch:
        patch.setattr(JsonLines, "__call__", stop_after_one_epoch)
        assert shell(f"train {quick} --json").status == 0
    (info,) = RunStore(runs).list()
    assert (info.state, info.epoch) == ("stopped", 1)
    answer = shell(f"resume {info.id} --optim.lr 0.05 --json")
    assert answer.status == 0
    assert next(r["lr"] for r in answer.records if r["event"] == "epoch") == 0.05
    assert answer.records[-1]["epoch"] == 2


@pytest.mark.parametrize("flags", ["", "--train.epochs 2", "--optim.lr 0.01"])
def test_a_finished_run_without_more_epochs_says_what_to_give(
    shell: Shell, trained: Path, flags: str
) -> None:
    answer = shell(f"resume {trained.name} {flags}")
    assert (answer.status, answer.out) == (2, "")
    done = "2 epochs, and" if "epochs" in flags else "all its epochs"
    assert f"Run {trained.name} has done {done}" in answer.err
    assert "`--train.epochs`" in answer.err
    assert "more than 2" in answer.err
    assert read_state(RunFolder(trained)) == "finished"


@pytest.mark.parametrize("folder_too", [False, True])
def test_a_run_whose_checkpoints_are_gone_says_how_to_train_another_like_it(
    shell: Shell, trained: Path, folder_too: bool
) -> None:
    folder = RunFolder(trained)
    for file in folder.checkpoints():
        file.unlink()
    if folder_too:
        folder.checkpoints_path.rmdir()
    before = folder.events_path.read_bytes()
    answer = shell(f"resume {trained.name} --train.epochs 4")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: The checkpoints of run {trained.name} are gone, and it")
    assert answer.err.count("\n") == 1
    assert folder.events_path.read_bytes() == before
    assert read_state(folder) == "finished"
    command = shell(answer.err.split("`")[1].removeprefix("mlcore "))
    assert (command.status, command.out[:13]) == (0, "mlcore train ")


def test_a_paused_run_is_not_resumed_but_continued(
    shell: Shell, runs: Path, training: Callable[..., RunFolder]
) -> None:
    run = training(RunStore(runs)).id
    assert shell(f"pause {run}").status == 0
    answer = shell(f"resume {run}")
    assert answer.status == 2
    assert f"`mlcore continue {run}`" in answer.err


def test_a_fixed_setting_is_refused_for_a_run(shell: Shell, trained: Path) -> None:
    answer = shell(f"resume {trained.name} --train.epochs 4 --model.hidden 8")
    assert answer.status == 2
    assert answer.err.startswith("mlcore: `--model.hidden` is fixed once a run has started")


def test_a_checkpoint_file_begins_a_new_run(shell: Shell, trained: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.pt"
    file.write_bytes(checkpoint(trained).read_bytes())
    answer = shell(f"resume {file} --train.epochs 3 --name more --json")
    assert answer.status == 0, answer.err
    folder = RunFolder(Path(answer.records[-1]["folder"]))
    assert folder.path != trained
    assert read_label(folder).name == "more"
    assert [r["epoch"] for r in answer.records if r["event"] == "epoch"] == [3]


def test_a_fork_from_a_runs_own_checkpoint_names_its_parent(
    shell: Shell, trained: Path, runs: Path
) -> None:
    answer = shell(f"resume {checkpoint(trained)} --train.epochs 3")
    assert answer.status == 0
    assert RunStore(runs).list()[0].parent == trained.name


def test_a_checkpoint_without_epochs_left_says_what_to_give(shell: Shell, trained: Path) -> None:
    file = checkpoint(trained)
    answer = shell(f"resume {file}")
    assert answer.status == 2
    assert answer.err.startswith(f"mlcore: {file} has done all its epochs: say with")


def test_the_tutorials_checkpoint_is_trained_on_with_its_optimizer(
    shell: Shell, runs: Path, tmp_path: Path, quick: str
) -> None:
    net = torch.nn.Sequential()
    for number, (inputs, outputs) in enumerate(((784, 16), (16, 10)), start=1):
        net.add_module(f"fc{number}", torch.nn.Linear(inputs, outputs))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
    net(torch.zeros(2, 784)).sum().backward()
    optimizer.step()
    file = tmp_path / "tutorial.pt"
    state = {"model_state_dict": net.state_dict(), "optimizer_state_dict": optimizer.state_dict()}
    torch.save({**state, "epoch": 1, "loss": 0.5}, file)
    flags = "--data.name digits --train.epochs 2 --train.device cpu --train.threads 1"
    answer = shell(f"resume {file} {flags}")
    assert answer.status == 0, answer.err
    (info,) = RunStore(runs).list()
    assert (info.config.optim.name, info.config.optim.lr) == ("adam", 0.002)
    assert info.config.model.hidden == (16,)


def stock_file(path: Path, make: Callable[[torch.nn.Module], Any] | None, **more: Any) -> Path:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(784, 16), torch.nn.Linear(16, 10))
    state: dict[str, Any] = {"model_state_dict": net.state_dict(), "epoch": 1, **more}
    if make is not None:
        optimizer = make(net)
        net(torch.zeros(2, 784)).sum().backward()
        optimizer.step()
        state["optimizer_state_dict"] = optimizer.state_dict()
    torch.save(state, path)
    return path


FLAGS = "--data.name digits --data.train_limit 100 --train.device cpu --train.threads 1"
NORMALISED = "--data.mean 0.5 --data.std 0.5"


def test_a_file_without_an_optimizer_starts_anew_and_says_with_what(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    file = stock_file(tmp_path / "a.pt", None)
    answer = shell(f"resume {file} --train.epochs 1 {FLAGS} --json")
    assert answer.status == 0, answer.err
    first, *rest = answer.err.splitlines()
    assert first == (
        "mlcore: The file holds no optimizer state: a new training starts from the file's "
        "weights, by sgd with a learning rate of 0.003."
    )
    assert "mlcore: Assumed: Activation after the hidden layers: relu." in rest
    assert any("how images are normalised. On 1,437 validation images" in line for line in rest)
    assert [r["epoch"] for r in answer.records if r["event"] == "epoch"] == [1]


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("--model.hidden 64", "The checkpoint has hidden layers [16], batch norm False, but"),
        ("--data.name emnist_letters", "The model has 10 classes, but EMNIST letters has 26"),
    ],
)
def test_settings_that_do_not_go_with_a_file_leave_no_run(
    shell: Shell, runs: Path, tmp_path: Path, flags: str, says: str
) -> None:
    file = stock_file(tmp_path / "a.pt", None)
    answer = shell(f"resume {file} --train.epochs 1 {FLAGS} {flags}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {says}")
    assert not runs.exists()


def test_an_optimizer_that_cannot_be_continued_must_be_replaced_by_name(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    def two_groups(net: torch.nn.Module) -> torch.optim.Optimizer:
        matrices, vectors = ([p for p in net.parameters() if p.dim() == d] for d in (2, 1))
        return torch.optim.AdamW([{"params": matrices}, {"params": vectors, "weight_decay": 0}])

    file = stock_file(tmp_path / "a.pt", two_groups)
    refused = shell(f"resume {file} --train.epochs 2 {FLAGS}")
    assert refused.status == 2
    assert "2 groups of weights with different `weight_decay`" in refused.err
    assert "name an optimizer, as in `--optim.name adam" in refused.err
    assert not runs.exists()
    words = f"resume {file} --train.epochs 1 {FLAGS} --optim.name adam --json"
    answer = shell(words)
    assert answer.status == 0, answer.err
    assert answer.err.startswith("mlcore: Its optimizer is not used: a new training starts")


def test_the_files_options_become_settings_and_what_is_left_out_is_said(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    file = stock_file(
        tmp_path / "a.pt",
        lambda net: torch.optim.Adam(net.named_parameters(), betas=(0.5, 0.99), fused=True),
        lr_scheduler_state_dict={"last_epoch": 3},
    )
    answer = shell(f"resume {file} --train.epochs 2 {FLAGS} {NORMALISED}")
    assert answer.status == 0, answer.err
    (info,) = RunStore(runs).list()
    assert (info.config.optim.beta1, info.config.optim.beta2) == (0.5, 0.99)
    said = answer.err.splitlines()
    assert said[0] == "mlcore: Not used: `lr_scheduler_state_dict`."
    assert said[1].startswith("mlcore: Its optimizer was `fused`")
    assert "optim.beta1 0.5, optim.beta2 0.99" in answer.err


def test_another_optimizer_than_the_files_starts_anew(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    file = stock_file(tmp_path / "a.pt", lambda net: torch.optim.Adam(net.parameters(), eps=0.01))
    answer = shell(f"resume {file} --train.epochs 1 {FLAGS} {NORMALISED} --optim.name sgd --json")
    assert answer.status == 0, answer.err
    assert answer.err.startswith("mlcore: The state of adam in the file is not used: a new")
    assert [r["epoch"] for r in answer.records if r["event"] == "epoch"] == [1]


def test_a_learning_rate_that_its_schedule_ended_at_0_is_the_settings(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    file = stock_file(tmp_path / "a.pt", lambda net: torch.optim.SGD(net.parameters(), lr=0.0))
    answer = shell(f"resume {file} --train.epochs 2 {FLAGS} {NORMALISED} --optim.lr 0.02 --json")
    assert answer.status == 0, answer.err
    assert "learning rate is 0, as at the end of a schedule" in answer.err
    assert next(r["lr"] for r in answer.records if r["event"] == "epoch") == 0.02


def test_a_setting_that_no_training_changes_while_it_runs_starts_a_file_anew(
    shell: Shell, trained: Path
) -> None:
    answer = shell(f"resume {checkpoint(trained)} --train.epochs 1 --data.mean 0.1 --json")
    assert answer.status == 0, answer.err
    assert answer.err.startswith("mlcore: Settings were given that no training can change while")


def test_without_a_run_the_sentence_says_where_to_look(shell: Shell, runs: Path) -> None:
    answer = shell("resume")
    assert answer.status == 2
    assert "`mlcore runs` lists runs" in answer.err


def test_an_unknown_run_is_named(shell: Shell, runs: Path) -> None:
    answer = shell("resume 1999")
    assert answer.status == 2
    assert answer.err.startswith("mlcore: There is no run '1999'")


def test_a_file_that_is_no_checkpoint_is_refused(shell: Shell, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.pt").write_text("hello")
    answer = shell(f"resume {tmp_path / 'notes.pt'}")
    assert answer.status == 2
    assert answer.err.count("\n") == 1
    assert not runs.exists()
