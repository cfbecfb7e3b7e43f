"""`mlcore export` from a shell."""

import json
from pathlib import Path

import pytest
import torch

from mlcore.cli import main
from mlcore.runs import RunStore
from mlcore.runs.record.folder import checkpoint_step


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The id of a short run on the digits; the working directory is an empty one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLCORE_RUNS", str(tmp_path / "runs"))
    words = "train --data.name digits --train.epochs 2 --model.hidden 16 --train.threads 1 --json"
    assert main(words.split()) == 0
    capsys.readouterr()
    (info,) = RunStore(tmp_path / "runs").list()
    return info.id


def test_weights_are_named_after_run_and_step(run, tmp_path, capsys):
    assert main(["export", run]) == 0
    (file,) = tmp_path.glob("*.pt")
    assert file.name.startswith(f"{run}-step-")
    assert file.name.endswith("-weights.pt")
    assert file.name in capsys.readouterr().out
    assert set(torch.load(file)) == {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}


@pytest.mark.parametrize("name", ["full", "safetensors", "onnx", "pt2"])
def test_every_form_is_written_where_it_is_wanted(run, tmp_path, capsys, name):
    assert main(["export", run, "--format", name, "--output", f"out.{name}", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == f"out.{name}"
    assert told["bytes"] == (tmp_path / f"out.{name}").stat().st_size > 40_000
    assert told.get("images") == (360 if name in ("onnx", "pt2") else None)


def test_what_is_there_is_kept_unless_it_is_to_be_replaced(run, tmp_path, capsys):
    (tmp_path / "mine.onnx").write_text("mine")
    words = ["export", run, "--format", "onnx", "--output", "mine.onnx"]
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "mine.onnx").read_text() == "mine"
    assert main([*words, "--force"]) == 0
    out = capsys.readouterr().out
    assert "on 360 test images of digits it names the class that torch names 360" in out


def test_any_checkpoint_of_a_run_can_be_asked_for(run, tmp_path):
    folder = RunStore(tmp_path / "runs").get(run)
    _, first, last = folder.checkpoints()
    step = checkpoint_step(first)
    for which, path in (("last", last), ("best", folder.best_checkpoint()), (str(step), first)):
        words = ["export", run, "--format", "full", "--checkpoint", which, "--output", "out.pt"]
        assert main([*words, "--force"]) == 0
        assert (tmp_path / "out.pt").read_bytes() == path.read_bytes()


def test_what_a_file_does_not_state_is_said_aloud_or_given(run, tmp_path, capsys):
    assert main(["export", run, "--output", "bare.pt"]) == 0
    capsys.readouterr()
    onnx = ["export", "bare.pt", "--format", "onnx", "--force", "--output", "out.onnx"]
    assert main(onnx) == 0
    out, err = capsys.readouterr()
    assert "on 1,000 images of noise" in out
    assert "Assumed: Normalisation of the images: mean 0.5, std 0.5." in err
    before = (tmp_path / "out.onnx").read_bytes()
    given = ["--data.name", "digits", "--data.mean", "0.1", "--model.activation", "tanh"]
    assert main([*onnx, *given]) == 0
    out, err = capsys.readouterr()
    assert "on 360 test images of digits" in out
    assert err == ""
    assert (tmp_path / "out.onnx").read_bytes() != before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export"], "needs a checkpoint file or a run"),
        (["export", "nothing"], "neither a checkpoint file nor a run"),
        (["export", "RUN", "--format", "onx"], "did you mean"),
        (["export", "RUN", "--output", "missing/file.pt"], "there is no folder missing; make it"),
        (["export", "RUN", "--checkpoint", "first"], "must be last, best or a step"),
        (["export", "RUN", "--checkpoint", "7"], "no checkpoint of step 7: it has step-0"),
        (["export", __file__, "--checkpoint", "best"], "is one checkpoint"),
        (["export", "RUN", "--data.mean", "0.1"], "does not apply to Weights"),
        (["export", "RUN", "--format", "pt2", "--data.mean", "0.1"], "stated in the checkpoint"),
    ],
)
def test_bad_input_is_one_sentence(run, capsys, words, said):
    assert main([run if word == "RUN" else word for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_the_code_of_a_run_is_a_script_a_notebook_or_a_command(run, tmp_path, capsys):
    assert main(["export", run, "--format", "script"]) == 0
    assert f"{run}.py (" in capsys.readouterr().out
    text = (tmp_path / f"{run}.py").read_text()
    compile(text, "script", "exec")
    assert "torch.set_num_threads(1)" in text
    assert f"the losses of run {run} to the last digit" in text
    assert main(["export", run, "--format", "notebook", "--output", "it.ipynb", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == (tmp_path / "it.ipynb").stat().st_size
    assert json.loads((tmp_path / "it.ipynb").read_text())["nbformat"] == 4
    assert main(["export", run, "--format", "command"]) == 0
    assert capsys.readouterr().out == (
        "mlcore train --data.name digits --model.hidden 16 --train.epochs 2 --train.threads 1\n"
    )
    assert main(["export", run, "--format", "command", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["command"].startswith("mlcore train")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "script", "--checkpoint", "best"], "`--checkpoint` does not apply to Script"),
        (["--format", "notebook", "--data.mean", "0.1"], "does not apply to Notebook"),
        (["--whole"], "`--whole` does not apply to Weights"),
        (["--format", "scrip"], "did you mean"),
    ],
)
def test_what_does_not_belong_to_the_code_is_one_sentence(run, capsys, words, said):
    assert main(["export", run, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_the_command_of_a_fork_names_the_run_and_its_step(run, capsys):
    assert main(["fork", run, "--epoch", "1", "--optim.lr", "0.02", "--json"]) == 0
    fork = json.loads(capsys.readouterr().out.splitlines()[-1])["run"]
    assert main(["export", fork, "--format", "command"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"mlcore fork {run} --step 23 --optim.lr 0.02"
    assert lines[-1] == f"# mlcore replay {fork}"
    assert main(["export", fork, "--format", "script", "--output", "fork.py"]) == 0
    assert "torch.load(options.checkpoint, weights_only=True)" in Path("fork.py").read_text()
