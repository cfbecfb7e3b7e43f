"""`--track` in a shell."""

import importlib.util

import pytest


def test_trackers_are_named_one_by_one(shell, runs, quick):
    answer = shell(f"train {quick} --track tensorboard --track tensorboard --json")
    assert answer.status == 0, answer.err
    (folder,) = [path for path in runs.iterdir() if path.name[0] != "."]
    assert list((folder / "tensorboard").glob("events.out.tfevents.*"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("train --track wandb", "There is no tracker 'wandb': use tensorboard or mlflow."),
        ("train --track tensorbord", "did you mean"),
        ("resume {run} --track mlflow", "A run that is resumed is tracked as before"),
        ("fork {run} --track x", "There is no tracker 'x'"),
    ],
)
def test_what_cannot_be_is_said_before_a_run_is_made(shell, trained, runs, words, sentence):
    answer = shell(words.format(run=trained.name))
    assert answer.status == 2
    assert sentence in answer.err
    assert len([path for path in runs.iterdir() if path.name[0] != "."]) == 1


def test_a_package_that_is_missing_is_said_before_a_run_is_made(shell, runs, monkeypatch, quick):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "mlflow" else real(name)
    )
    answer = shell(f"train {quick} --track mlflow")
    assert answer.status == 2
    assert answer.err == (
        'mlcore: MLflow needs mlflow: run `pip install -e ".[mlflow]"` in the folder of the '
        "project.\n"
    )
    assert not runs.exists()


def test_the_end_of_a_run_says_where_its_figures_are_mirrored(shell, runs, quick):
    lines = shell(f"train {quick} --track tensorboard").out.splitlines()
    (folder,) = (path for path in runs.iterdir() if (path / "config.json").is_file())
    assert lines[-1] == f"TensorBoard: {folder / 'tensorboard'}"
    assert list((folder / "tensorboard").iterdir())
