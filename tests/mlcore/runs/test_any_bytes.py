"""Whatever lies in a run's folder: a sentence about that run, and the others are untouched."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.commands import Pause
from mlcore.config import RunConfig
from mlcore.errors import MlcoreError
from mlcore.events import Failed, SettingsEdited, StepsDone, Stopped
from mlcore.replay.replayer import _initial_state
from mlcore.run import execute
from mlcore.runs import ControlLog, History, RunFolder, RunStore, ask_resume, send
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.threads import required_threads
from mlcore.runs.library.forks import fork_points
from mlcore.runs.library.label import read_label, set_note, set_tags
from mlcore.runs.record.event_log import event_record
from mlcore.runs.record.messages import resume_advice
from mlcore.runs.record.status import read_status
from mlcore.runs.record.worker import WorkerRecord, read_worker, write_worker

DEEP = b"[" * 900 + b"]" * 900
DEEPER = b'{"a":' * 100_000
VALUES = [
    "null", "true", "false", "0", "-1", "1e999", "-1e999", "NaN", "Infinity", "9" * 400, "9" * 5000,
    "18446744073709551616", "1e308", '""', '"x"', '"\\ud800"', '"\\u001b[31m\\u0007\\u202e"',
    '"../../etc"', '"\\u0000"', "[]", "{}", "[[]]", '{"run": 5}', '{"cpu": {"pid": 1}}',
    DEEP.decode(), '"' + "y" * 100_000 + '"', "[1e999]", "[null]", '["x"]', "[[1]]", "1.5",
]  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs of a few steps, the second with an edit, a label, a queue and all other files."""
    store = RunStore(tmp_path_factory.mktemp("template") / "runs")
    settings = {"data.name": "digits", "data.train_limit": 200, "model.hidden": [4]}
    config = RunConfig.from_flat({**settings, "train.epochs": 2, "train.threads": 1})
    folders = [store.create(config, name=f"run {n}") for n in range(3)]
    for folder in folders:
        assert execute(folder, threads=1).kind == "finished"
        (folder.path / "worker.log").write_text("hello\n")
        set_tags(folder, ["wide"])
        set_note(folder, "a note")
        send(folder, Pause())
    middle = folders[1]
    middle.error_path.write_text("Traceback\n")
    RunQueue(store.root).set_at_once(2)
    return store.root


@pytest.fixture
def runs(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # tens of thousands of times
    return Path(shutil.copytree(template, tmp_path / "runs"))


CONCERNED = {
    "events.jsonl": {"list", "status", "history", "settings", "threads", "best", "forks"},
    "label.json": {"list", "label"},
    "queue.json": {"queue"},
    "worker.json": {"list", "status", "history", "worker", "advice", "queue"},
    "control.jsonl": {"list", "status", "history", "commands", "resume"},
}
"""Who reads some of the files; all others are read by everybody."""


def asked_of(
    store: RunStore, run: str, file: str = "", also: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """What every reader (of a file) says of a run; an error of ours counts as an answer."""
    root = store.root
    folder = RunFolder(root / run)
    history = History(folder)
    history.refresh()

    def told(found: History) -> tuple[object, ...]:
        parts = found.state, found.message, str(found.damage), found.step, found.epochs_done
        return *parts, found.length.epoch_end(found.epochs_done), found.steps_per_second

    readers: dict[str, Callable[[], object]] = {
        "list": lambda: [info for info in store.list() if info.id == run],
        "damaged": lambda: store.damaged().get(run),
        "status": lambda: read_status(folder),
        "history": lambda: told(history),
        "settings": lambda: history.config.flat(),
        "label": lambda: read_label(folder),
        "queue": lambda: RunQueue(root).snapshot(),
        "worker": lambda: read_worker(folder.path),
        "threads": lambda: required_threads(folder),
        "advice": lambda: str(resume_advice(folder)),
        "rebuilt": lambda: str(folder.rebuilt),
        "best": folder.best_checkpoint,
        "forks": lambda: fork_points(history),
        "replay": lambda: _initial_state(folder).config,
        "commands": lambda: ControlLog(folder).poll(),
        "resume": lambda: ask_resume(folder, {"train.epochs": 9}),
    }
    answers = {}
    for name, reader in readers.items():
        if name not in CONCERNED.get(file, readers) and name not in also:
            continue
        try:
            answers[name] = reader()
        except MlcoreError as error:
            answers[name] = str(error)
        str(answers[name]).encode()  # a page and a file can take it
    return answers


def others(store: RunStore, run: str) -> list[object]:
    return [info for info in store.list() if info.id != run]


def files_of(root: Path, run: str) -> list[Path]:
    """Every file that is read of a run, and the queue that all share."""
    names = ["config.json", "events.jsonl", "label.json", "control.jsonl", "worker.json"]
    checkpoints = sorted((root / run / "checkpoints").iterdir())[-1:]
    return [*(root / run / name for name in names), *checkpoints, root / ".queue" / "queue.json"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"config": {}, "created": "x"}'),
        ("config.json", '{"config": {}, "parent": true}'),
        ("config.json", '{"config": {"optim": {"lr": ' + "9" * 400 + "}}}"),
        ("config.json", '{"config": {"train": {"seed": ' + "9" * 5000 + "}}}"),
        ("config.json", f'{{"config": {DEEP.decode()}}}'),
        ("config.json", DEEPER.decode()),
        ("config.json", '{"config": {}, "name": "caf\\udce9 \\u001b[31m\\u0007\\u202e"}'),
        ("config.json", '\ufeff{"config": {}}'),
        ("worker.json", DEEPER.decode()),
        ("worker.json", '{"pid": 1e999, "identity": ""}'),
        ("worker.json", '{"pid": ' + "9" * 20 + ', "identity": ""}'),
        ("label.json", '{"name": "\\ud800\\u0007", "tags": [1, null, "\\ud800"], "note": 5}'),
        ("../.queue/queue.json", '{"at_once": Infinity, "waiting": [], "claims": {}}'),
        ("../.queue/queue.json", '{"at_once": 1e999, "waiting": [], "claims": {}}'),
        ("control.jsonl", '{"command": "start", "changes": {"optim.lr": ' + "9" * 400 + "}}\n"),
        ("control.jsonl", '{"command": "stop", "reason": 5}\n'),
        ("events.jsonl", '{"event": "steps", "first": 1, "epoch": 1, "losses": [1e999]}\n'),
    ],
)
def test_a_file_with_these_words_is_an_answer_and_no_fault(runs, name, text):
    _, run, _ = sorted(path.name for path in runs.glob("[!.]*"))
    store = RunStore(runs)
    before = others(store, run)
    (runs / run / name).write_text(text)
    answers = asked_of(store, run)
    assert others(store, run) == before == others(RunStore(runs), run)
    assert len(before) == 2
    assert answers["list"] or answers["damaged"]


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(30_000_000)


@pytest.mark.parametrize("make", [Path.mkdir, make_fifo, make_loop, make_huge, Path.touch])
def test_something_else_in_place_of_a_file_is_an_answer_and_no_fault(runs, make):
    _, run, _ = sorted(path.name for path in runs.glob("[!.]*"))
    store = RunStore(runs)
    before = others(store, run)
    for file in files_of(runs, run):
        kept = file.rename(file.with_name("aside"))
        make(file)
        asked_of(store, run)
        assert others(store, run) == before
        shutil.rmtree(file) if file.is_dir() else file.unlink()
        kept.rename(file)


def test_a_name_that_is_no_text_is_kept_as_one(tmp_path):
    store = RunStore(tmp_path)
    folder = store.create(RunConfig(), name="caf\udce9 \x1b[31m\x07\u202ex")
    assert read_label(folder).name == store.list()[0].name == "caf� [31m x"
    set_note(folder, "caf\udce9")
    assert read_label(RunFolder(folder.path)).note == "caf�"


def damages(rng: random.Random, original: bytes) -> bytes:
    """Other bytes in place of these, as an editor, a disk or an enemy may leave them."""
    kind = rng.randrange(9)
    at = rng.randrange(len(original) + 1)
    if kind == 0:
        return original[:at]
    if kind == 1:
        return original[:at] + bytes(len(original) - at)
    if kind == 2:
        changed = bytearray(original or b"x")
        for _ in range(rng.choice([1, 3, 30])):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    if kind == 3:
        return rng.randbytes(rng.choice([0, 1, 100, 5_000]))
    if kind == 4:
        return rng.choice([DEEP, DEEPER, b"\xef\xbb\xbf" + original, b"null", b"[]", b"{}", b"\n"])
    if kind == 5:
        return original[:at] + original[rng.randrange(len(original) + 1) :]
    return with_another_value(rng, original)


def with_another_value(rng: random.Random, original: bytes) -> bytes:
    """The same with one value of it, in any line and at any depth, replaced."""
    lines = original.split(b"\n")
    number = rng.randrange(len(lines))
    whole = original if original[:2] == b"{\n" else lines[number]
    try:
        tree = json.loads(whole)
    except ValueError:
        return original
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            places.append((node, key))
            if isinstance(value, dict | list):
                walk(value)

    walk(tree)
    if not places:
        return original
    node, key = rng.choice(places)
    if rng.random() < 0.15:
        del node[key]
    else:
        node[key] = "@@"
    text = json.dumps(tree).replace('"@@"', rng.choice(VALUES)).encode()
    if whole is original:
        return text
    return b"\n".join([*lines[:number], text, *lines[number + 1 :]])


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a minute alone; many on a busy machine
def test_ten_thousand_damages_are_answers_and_no_fault(runs):
    rng = random.Random(20261128)
    _, run, _ = sorted(path.name for path in runs.glob("[!.]*"))
    write_worker(runs / run, WorkerRecord(pid=2**31 - 1, identity="gone"))
    with (runs / run / "events.jsonl").open("a") as log:
        for event in (
            StepsDone(first=9, losses=(0.5, 0.25), epoch=3),
            SettingsEdited(step=10, epoch=2, changes={"optim.lr": 1}, before={"optim.lr": 0.1}),
            Failed(step=10, epoch=2, message="It broke."),
            Stopped(step=10, epoch=2),
        ):
            log.write(json.dumps(event_record(event)) + "\n")
    store = RunStore(runs)
    before = others(store, run)
    files = files_of(runs, run)
    kept = {file: file.read_bytes() for file in files}
    weights = [3, 6, 2, 3, 2, 1, 3]
    for number in range(10_000):
        (file,) = rng.choices(files, weights)
        damaged = damages(rng, kept[file])
        file.write_bytes(damaged)
        try:
            asked_of(store, run, file.name, frozenset({"resume"} if number % 5 == 0 else ()))
            if number % 100 == 0:
                assert others(RunStore(runs), run) == before
        except Exception:
            print(f"damage {number} of {file.name}: {damaged[:2_000]!r}")
            raise
        for changed in files:
            if changed.read_bytes() != kept[changed]:
                changed.write_bytes(kept[changed])
