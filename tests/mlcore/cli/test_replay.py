from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlcore.cli.replay import replay_record
from mlcore.errors import Notice
from mlcore.replay import Difference, Replay
from mlcore.runs import RunFolder

Shell = Callable[..., Any]


def test_a_run_is_the_same_to_the_last_bit(shell: Shell, trained: Path) -> None:
    answer = shell(f"replay {trained.name}")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(
        f"Run {trained.name} is the same to the last bit: 6 steps and the weights in "
        "step-00000006.pt (0 edits, cpu, 1 thread, "
    )
    (record,) = shell(f"replay {trained.name} --json").records
    assert (record["equal"], record["steps"], record["weights_equal"]) == (True, 6, True)
    assert record["difference"] is None


def test_a_resumed_run_is_too(shell: Shell, trained: Path) -> None:
    shell(f"resume {trained.name} --train.epochs 4 --optim.lr 0.01")
    answer = shell(f"replay {trained.name}")
    assert answer.status == 0
    assert "12 steps" in answer.out
    assert "(1 edit, cpu" in answer.out


def test_the_first_step_that_differs_is_named(shell: Shell, trained: Path) -> None:
    history = RunFolder(trained).events_path
    lines = history.read_text().splitlines()
    changed = []
    for line in lines:
        record = json.loads(line)
        if record["event"] == "steps":
            record["losses"] = [
                loss + 0.25 * (loss == record["losses"][1]) for loss in record["losses"]
            ]
            record |= {"first": record["first"]}
        changed.append(json.dumps(record))
    history.write_text("\n".join(changed) + "\n")
    answer = shell(f"replay {trained.name}")
    assert answer.status == 1
    assert answer.out.startswith(f"Run {trained.name} differs first at step 2: recorded ")
    (record,) = shell(f"replay {trained.name} --json").records
    assert record["equal"] is False
    assert record["difference"]["step"] == 2


def test_a_missing_run_is_a_sentence(shell: Shell, runs: Path) -> None:
    answer = shell("replay 1999")
    assert answer.status == 2
    assert answer.err.startswith("mlcore: There is no run '1999'")
    answer = shell("replay")
    assert answer.err == "mlcore: `mlcore replay` needs a run: `mlcore runs` lists them.\n"


def cut_before_an_edit(folder: Path) -> None:
    """Take the last epochs, and the edit before them, from the history, as a lost disk page."""
    path = folder / "events.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    epoch = [n for n, line in enumerate(lines) if line.startswith('{"event": "epoch"')][1]
    path.write_text("".join(lines[: epoch + 1]))
    worker = folder / "worker.json"  # this process trained it; another will say that it is dead
    worker.write_text(json.dumps(json.loads(worker.read_text()) | {"identity": "before"}))


def test_where_the_record_lacks_an_edit_it_says_up_to_where_it_can_be_repeated(
    shell: Shell, trained: Path
) -> None:
    shell(f"resume {trained.name} --train.epochs 4 --optim.lr 0.01")
    cut_before_an_edit(trained)
    answer = shell(f"resume {trained.name} --train.epochs 6")
    assert answer.status == 0
    assert "Steps 7 to 12 are missing in events.jsonl" in answer.err
    answer = shell(f"replay {trained.name}")
    assert answer.status == 1
    assert "Steps 7 to 12 are missing in events.jsonl" in answer.err
    assert answer.out.startswith(
        f"Run {trained.name} can be repeated up to step 6 only: its record lacks steps 7 to 12, "
        "and whatever was edited there"
    )
    (record,) = shell(f"replay {trained.name} --json").records
    assert (record["equal"], record["gap"]) == (False, [7, 12])


def test_a_run_whose_settings_are_lost_is_repeated_and_says_what_is_not_known(
    shell: Shell, trained: Path
) -> None:
    (trained / "config.json").write_bytes(b"")
    answer = shell(f"replay {trained.name}")
    assert answer.status == 0, answer.out
    assert "config.json of run" in answer.err
    assert "are not known" in answer.err
    listed = shell("runs")
    assert trained.name in listed.out
    assert (listed.status, listed.err) == (0, "")


def test_a_difference_in_a_loss_that_is_no_number_is_plain_json() -> None:
    reason = Notice("An edit that was applied then is refused now: {error}", error=Notice("no"))
    difference = Difference(step=2, recorded=float("nan"), replayed=None, reason=reason)
    found = Replay(
        steps=1, unknown=0, edits=0, device="cpu", threads=1, seconds=1.0, difference=difference
    )
    record = json.loads(json.dumps(replay_record(found), allow_nan=False))
    assert record["equal"] is False
    assert record["difference"] == {
        "step": 2,
        "recorded": None,
        "replayed": None,
        "reason": "An edit that was applied then is refused now: no",
    }
