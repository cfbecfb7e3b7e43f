"""Which process this is, which images of a batch are its own, and what several cannot train."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.cli.main import main
from mlcore.config import RunConfig, check_parallel
from mlcore.errors import SettingsError
from mlcore.parallel import Ranks, find_ranks

TORCHRUN = {
    "MASTER_ADDR": "localhost",
    "MASTER_PORT": "29500",
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_RANK": "1",
    "LOCAL_WORLD_SIZE": "2",
}


@given(st.integers(0, 300), st.integers(1, 9))
def test_the_parts_of_a_batch_are_the_whole_batch_in_order(count, size):
    rows = []
    for rank in range(size):
        ranks = Ranks(rank=rank, size=size, local_rank=rank, local_size=size)
        own = range(count)[ranks.part(count)]
        assert count // size <= len(own) <= -(-count // size)
        rows += own
    assert rows == list(range(count))


def test_the_environment_of_torchrun_is_understood():
    ranks = find_ranks(TORCHRUN)
    assert ranks == Ranks(rank=3, size=4, local_rank=1, local_size=2)
    assert not ranks.leads
    assert not ranks.on_one_machine
    bare = {name: TORCHRUN[name] for name in ("MASTER_ADDR", "RANK", "WORLD_SIZE")}
    assert find_ranks(bare | {"RANK": "0"}).on_one_machine


@pytest.mark.parametrize(
    "environment",
    [{}, {"RANK": "0", "WORLD_SIZE": "2"}, TORCHRUN | {"RANK": "0", "WORLD_SIZE": "1"}],
)
def test_a_process_alone_is_no_part_of_several(environment):
    assert find_ranks(environment) is None


@pytest.mark.parametrize(
    "changes", [{"RANK": "4"}, {"RANK": "one"}, {"LOCAL_RANK": "2"}, {"LOCAL_WORLD_SIZE": "5"}]
)
def test_numbers_that_do_not_go_together_are_refused_in_a_sentence(changes):
    with pytest.raises(SettingsError, match="no numbers of processes"):
        find_ranks(TORCHRUN | changes)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--model.batch-norm", "`model.batch_norm` takes its figures from a whole batch"),
        ("--train.device mps", "`train.device` must be auto, cpu or cuda"),
        ("--seeds 2", "leave `--seeds` out"),
    ],
)
def test_what_several_processes_cannot_train_leaves_no_run(
    tmp_path, monkeypatch, capsys, words, sentence
):
    for name, value in (TORCHRUN | {"RANK": "0", "LOCAL_RANK": "0"}).items():
        monkeypatch.setenv(name, value)
    runs = tmp_path / "runs"
    assert main(f"train --data.name digits --runs {runs} {words}".split()) == 2
    assert sentence in capsys.readouterr().err
    assert not runs.exists() or not any(runs.glob("2*"))


def test_one_device_for_all_is_refused():
    with pytest.raises(SettingsError, match="each has a device of its own"):
        check_parallel(RunConfig.from_flat({"train.device": "cuda:1"}))
    check_parallel(RunConfig())


@pytest.mark.parametrize("words", [["sweep", "start", "hunt"], ["replay", "x"], ["lr-find"]])
def test_what_works_in_one_process_is_not_done_in_each(words, monkeypatch, capsys):
    for name, value in TORCHRUN.items():
        monkeypatch.setenv(name, value)
    assert main(words) == 2
    assert f"`mlcore {words[0]}` works in one process" in capsys.readouterr().err


def test_control_c_while_the_program_is_loaded_is_no_traceback():
    code = (
        "import runpy, sys\n"
        "class Pressed:\n"
        "    def find_spec(name, *_):\n"
        "        if name == 'mlcore.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed)\n"
        "runpy.run_module('mlcore', run_name='__main__', alter_sys=True)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "")


@pytest.mark.parametrize(
    ("words", "status", "closes"), [(["train", "--data.name", "x"], 2, False), (["-h"], 0, True)]
)
def test_one_of_several_that_fails_ends_without_torchs_closing(words, status, closes):
    """That has been seen to abort (status -6) where another process was gone."""
    code = (
        "import atexit, runpy; atexit.register(print, 'closing'); "
        "runpy.run_module('mlcore', run_name='__main__', alter_sys=True)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=os.environ | TORCHRUN | {"RANK": "0"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == status, ended.stderr
    assert ended.stdout.endswith("closing\n") == closes
