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
    assert f"Run {trained.name} has done all its epochs" in answer.err
    assert "`--train.epochs`" in answer.err
    assert "more than 2" in answer.err
    assert read_state(RunFolder(trained)) == "finished"


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
