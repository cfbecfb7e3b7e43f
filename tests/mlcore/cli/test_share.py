"""`mlcore pack` and `unpack` from a shell."""

import json

import pytest

from mlcore.runs import RunStore


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_run_is_packed_and_brought_in_elsewhere(shell, trained, tmp_path):
    packed = shell(f"pack {trained.name}")
    assert packed.status == 0, packed.err
    assert packed.out.startswith(f"{trained.name}.zip (")
    assert packed.out.endswith("1 checkpoint)\n")
    found = shell(f"unpack {trained.name}.zip --runs elsewhere")
    assert (found.status, found.out) == (0, f"run {trained.name} is here\n")
    again = shell(f"unpack {trained.name}.zip --runs elsewhere --json")
    (record,) = again.records
    assert record["original"] == trained.name
    runs = {info.id for info in RunStore(tmp_path / "elsewhere").list()}
    assert runs == {trained.name, record["run"]}
    replayed = shell(f"replay {record['run']} --runs elsewhere")
    assert "is the same to the last bit" in replayed.out


def test_checkpoints_and_the_file_are_chosen(shell, trained, tmp_path):
    packed = shell(f"pack {trained.name} --checkpoint best 0 --output my.zip --json")
    (record,) = packed.records
    assert record["file"] == "my.zip"
    assert record["bytes"] == (tmp_path / "my.zip").stat().st_size
    assert record["checkpoints"][0] == "step-00000000.pt"
    assert len(record["checkpoints"]) == 2
    assert shell(f"pack {trained.name} --output my.zip").err == (
        "mlcore: my.zip is there already: name another file with `--output`, or add `--force`.\n"
    )
    assert shell(f"pack {trained.name} --output my.zip --force").status == 0
    assert shell(f"pack {trained.name} --output .").status == 0
    assert (tmp_path / f"{trained.name}.zip").is_file()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("pack", "needs a run"),
        ("pack 2026 --checkpoint worst", "must be last, best, all or a step"),
        ("unpack", "needs a file that `mlcore pack` wrote"),
        ("unpack nowhere.zip", "There is no file nowhere.zip"),
        ("unpack no.zip", "The file is no zip file"),
    ],
)
def test_what_cannot_be_done_is_said(shell, trained, tmp_path, words, sentence):
    (tmp_path / "no.zip").write_text(json.dumps({}))
    answer = shell(words.replace("2026", trained.name))
    assert answer.status == 2
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
