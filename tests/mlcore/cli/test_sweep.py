"""`mlcore sweep`: what is told and what is refused; whole sweeps are in tests/mlcore/sweeps."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.cli.arguments import read
from mlcore.cli.sweep_start import StartOptions
from mlcore.config import SETTINGS, RunConfig
from mlcore.run import execute
from mlcore.runs import RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.trash import delete
from mlcore.sweeps import Sweep, SweepFolder
from mlcore.sweeps.starting import new_sweep
from mlcore.sweeps.sweep import write_sweep_file

Shell = Callable[..., Any]
TINY = {
    "data.name": "digits",
    "data.train_limit": 200,
    "data.validation": 50,
    "model.hidden": (16,),
    "train.epochs": 2,
    "train.device": "cpu",
    "train.threads": 1,
}
FLAGS = "--data.name digits --data.validation 50 --train.device cpu"


@pytest.fixture(scope="module")
def swept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of three trials, two of which were trained to their end."""
    root = tmp_path_factory.mktemp("swept")
    store = RunStore(root)
    settings = RunConfig().flat() | TINY
    space = ["optim.name=sgd,adam", "optim.momentum=0.5,0.9"]
    sweep: Sweep = new_sweep(root, "tiny", space, settings, given=TINY, sampler="grid")
    folder = SweepFolder(root, "tiny")
    folder.path.mkdir(parents=True)
    write_sweep_file(folder.sweep_path, sweep)
    cases = ({"optim.momentum": 0.5}, {"optim.momentum": 0.9}, {"optim.name": "adam"})
    for number, params in enumerate(cases):
        config = sweep.config({"optim.name": "sgd", **params})
        mark = {"id": sweep.id, "trial": number}
        run = store.create(config, name=f"tiny {number}", sweep=mark, tags=("tiny",))
        if number < 2:
            execute(run, threads=1)
        else:
            RunQueue(root).cancel(run.id)
    return root


@pytest.fixture
def swept(swept_once: Path, runs: Path) -> RunStore:
    shutil.copytree(swept_once, runs)
    return RunStore(runs)


def test_a_sweep_is_listed_and_shown(shell: Shell, swept: RunStore) -> None:
    record = shell("sweep list --json").records[0]
    assert (record["sweep"], record["state"], record["trials"]) == ("tiny", "stopped", 3)
    assert (record["begun"], record["complete"]) == (3, 2)
    assert shell("sweep --json").records == [record]
    assert "tiny   stopped     3/3" in shell("sweep list").out

    results = shell("sweep show TINY --json").records[0]["results"]
    assert [one["state"] for one in results] == ["complete", "complete", "interrupted"]
    assert results[2]["params"] == {"optim.name": "adam"}
    for info in swept.list()[1:]:
        assert results[info.trial]["value"] == info.validation_accuracy
    shown = shell("sweep show tiny").out
    assert "sweep tiny: stopped, 3 of 3 trials: 1 interrupted, 2 complete; best" in shown
    assert "objective: validation accuracy of the last epoch" in shown


def test_what_each_setting_decided_is_shown_where_it_is_asked_for(
    shell: Shell, swept: RunStore
) -> None:
    assert "importance" not in shell("sweep show tiny --json").records[0]
    few = shell("sweep show tiny --importance --json").records[0]["importance"]
    assert (few["trials"], few["shares"]) == (2, {})
    assert few["lacks"] in shell("sweep show tiny --importance").out
    folder = SweepFolder(swept.root, "tiny")
    sweep, info = folder.read(), next(one for one in swept.list() if one.trial == 0)
    for number in range(3, 10):
        momentum = 0.9 if number % 2 else 0.5
        run = swept.create(
            sweep.config({"optim.name": "sgd", "optim.momentum": momentum}),
            sweep={"id": sweep.id, "trial": number},
        )
        log = (info.path / "events.jsonl").read_text()
        text = re.sub(r'"validation_accuracy": [0-9.]+', f'"validation_accuracy": {momentum}', log)
        (run.path / "events.jsonl").write_text(text)
        shutil.copy(info.path / "worker.json", run.path)
    found = shell("sweep show tiny --importance --json").records[0]["importance"]
    assert found["trials"] == 9
    assert found["shares"]["optim.momentum"] > found["shares"]["optim.name"]
    shown = shell("sweep show tiny --importance").out
    assert "setting         importance\noptim.momentum" in shown
    assert "By 9 trials that were trained to their end; these are few" in shown


def test_runs_say_of_which_sweep_they_are(shell: Shell, swept: RunStore) -> None:
    records = shell("runs --tag tiny --json").records
    assert [one["trial"] for one in records] == [2, 1, 0]
    assert {one["sweep"] for one in records} == {SweepFolder(swept.root, "tiny").read().id}


def test_the_best_is_a_command_that_trains_it_again(shell: Shell, swept: RunStore) -> None:
    found = shell("sweep best tiny --json").records[0]
    infos = {info.trial: info for info in swept.list()}
    assert found["value"] == max(infos[0].validation_accuracy, infos[1].validation_accuracy)
    assert found["compared"] == 2
    words = shlex.split(found["command"].replace("\\\n", " "))
    assert words[:2] == ["mlcore", "train"]
    _, given = read("train", StartOptions, words[2:], settings=SETTINGS)
    assert RunConfig().with_values(given) == infos[found["trial"]].config

    said = shell("sweep best tiny").out
    assert "the best of 2 trials by validation accuracy" in said
    assert "no figure of the test set was used to choose it" in said
    assert "`--seeds 5`" in said


def test_no_figure_of_the_test_set_decides(shell: Shell, swept: RunStore) -> None:
    before = shell("sweep best tiny --json").records[0]
    for info in swept.list():
        log = info.path / "events.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if line["event"] == "finished":
                line["test_accuracy"] = 0.0 if info.id == before["run"] else 1.0
        log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert shell("sweep best tiny --json").records[0]["run"] == before["run"]


def test_a_deleted_trial_is_shown_and_not_the_best(shell: Shell, swept: RunStore) -> None:
    best = shell("sweep best tiny --json").records[0]
    delete(swept.get(best["run"]))
    assert shell("sweep best tiny --json").records[0]["run"] != best["run"]
    results = shell("sweep show tiny --json").records[0]["results"]
    assert results[best["trial"]]["state"] == "deleted"


def test_a_sweep_without_a_process_is_stopped_with_the_runs_it_left(
    shell: Shell, swept: RunStore
) -> None:
    left = swept.create(
        RunConfig.from_flat(TINY),
        sweep={"id": SweepFolder(swept.root, "tiny").read().id, "trial": 3},
    )
    assert shell("sweep stop tiny --json").records[0]["state"] == "stopped"
    assert {info.id: info.state for info in swept.list()}[left.id] == "stopped"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("sweep strat tiny", "but got 'strat' (did you mean \"start\"?)"),
        ("sweep start", "needs a name for the sweep"),
        (f"sweep start new {FLAGS}", "A sweep needs settings to vary"),
        (f"sweep start tiny --space optim.lr=0.1,0.2 {FLAGS}", "There is a sweep tiny already"),
        ("sweep start new --space optim.lr=0.1,0.2 --data.name digits", "`data.validation` is 0"),
        (f"sweep start new --space optim.lr=1 {FLAGS}", "has one value only"),
        (f"sweep start new --space none.lr=1,2 {FLAGS}", "`none.lr` is no setting"),
        (f"sweep start new --space optim.lr=0.1,0.2 {FLAGS} --jobs 9", "from 1 to 8"),
        (f"sweep start new --space optim.lr=0.1,0.2 {FLAGS} --sampler x", "`--sampler` must be"),
        ("sweep show", "`mlcore sweep show` needs the name of a sweep"),
        ("sweep best tini", "no sweep 'tini' in {runs} (did you mean \"tiny\"?)"),
        ("sweep continue tiny --trials 9", "The grid of sweep tiny has 3 trials, but got 9"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    shell: Shell, swept: RunStore, words: str, sentence: str
) -> None:
    answer = shell(words)
    assert (answer.status, answer.out) == (2, "")
    assert sentence.replace("{runs}", str(swept.root)) in answer.err
    assert answer.err.count("\n") == 1


def test_a_damaged_sweep_is_left_out_and_said(shell: Shell, swept: RunStore) -> None:
    SweepFolder(swept.root, "tiny").sweep_path.write_text("{}")
    answer = shell("sweep list")
    assert answer.status == 0
    assert "sweep.json is damaged" in answer.err
    assert shell("sweep show tiny").status == 2


@pytest.mark.parametrize(
    "words",
    [["--help"], ["sweep", "list"], ["sweep", "show", "tiny"], ["runs"], ["sweep", "start"]],
)
def test_optuna_and_torch_are_loaded_only_when_a_sweep_runs(
    swept: RunStore, words: list[str]
) -> None:
    code = (
        f"import sys; from mlcore.cli import main; main({words!r}); "
        "print({'optuna', 'sqlalchemy', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
