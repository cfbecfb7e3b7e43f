"""Hostile and damaged files: refused in a sentence, or brought in as an ordinary run."""

import importlib
import json
import os
import random
import shutil
import stat
import struct
import threading
import time
import warnings
import zipfile
import zlib

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcore.errors import MlcoreError, RunError
from mlcore.events import EVENTS
from mlcore.packing import histories, unpack
from mlcore.runs import ENDED, History, RunFolder, RunStore, read_status
from mlcore.runs.library.run_info import read_run_info

STOPPED = {"event": "stopped", "step": 5, "epoch": 0, "reason": "asked"}
STARTED = {
    "event": "started",
    "step": 0,
    "epoch": 0,
    "steps_per_epoch": 10,
    "epochs": 3,
    "device": "cpu",
    "threads": 1,
    "parameters": 1,
    "train_images": 640,
    "validation_images": 0,
}
STEPS = {"event": "steps", "first": 1, "losses": [0.5] * 5, "epoch": 1, "time": 1.5}


def refused(path, store, match):
    """The file is refused in a sentence, and nothing of it is left."""
    with pytest.raises(RunError, match=match) as found:
        unpack(path, store)
    assert not store.root.exists() or list(store.root.iterdir()) == []
    assert len(str(found.value)) < 1_500
    return str(found.value)


def history_in(path, store):
    """The history of the run in a file that is taken."""
    folder = RunFolder(store.root / unpack(path, store).run)
    history = History(folder)
    history.refresh()
    assert history.state in ENDED
    assert history.damage is None or history.gaps
    assert read_status(folder).state == history.state == read_run_info(folder).state
    return history


@pytest.mark.parametrize(
    "name",
    [
        "../{id}/config.json",
        "{id}/../../evil.py",
        "{id}/checkpoints/../../../evil.pt",
        "/etc/{id}",
        "//server/share/x",
        "C:\\evil.py",
        "{id}\\config.json",
        "{id}/checkpoints\\step-00000007.pt",
        "{id}/checkpoints/con",
        "{id}/nul",
        "{id}/worker.json",
        "{id}/control.jsonl",
        "{id}/CONFIG.JSON",
        "{id}/checkpoints/STEP-00000007.pt",
        "{id}/checkpoints/step-00000007.pt/x",
        "{id}/checkpoints/step-٠٠٠٠٠٠٠٧.pt",
        "{id}/checkpoints/step-00000007.pt\u202e",
        "{id}/checkpoints//step-00000007.pt",
        "{id}/./label.json",
        "{id}//label.json",
        "{id}/events.jsonl ",
        "{id}/sub/",
        "",
        "..",
        "20260101-120000-abcd/config.json",
        "{id}/.reserve",
        "{id}/" + "x" * 5000,
    ],
)
def test_a_name_that_no_run_has_is_refused(members, run_id, zipped, store, tmp_path, name):
    before = set(tmp_path.rglob("*"))
    path = zipped(members | {name.format(id=run_id): b"x"})
    refused(path, store, "which no packed run has")
    assert set(tmp_path.rglob("*")) - before <= {path, store.root}


def test_a_name_with_a_zero_in_it_is_refused(members, run_id, zipped, store):
    path = zipped(members | {f"{run_id}/label.jsonXevil": b"x"})
    path.write_bytes(path.read_bytes().replace(b"label.jsonXevil", b"label.json\x00evil"))
    refused(path, store, "which no packed run has")


def test_a_name_twice_is_refused(members, run_id, zipped, store):
    path = zipped(members)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(f"{run_id}/config.json", b"{}")
    refused(path, store, "holds `.*config.json` twice")


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
@pytest.mark.parametrize("name", ["config.json", "events.jsonl", "checkpoints/step-00000000.pt"])
def test_what_is_marked_as_a_link_is_refused(members, run_id, store, tmp_path, name, kind, how):
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    path = tmp_path / "links.zip"
    with zipfile.ZipFile(path, "w", how) as archive:
        for member, content in members.items():
            entry = zipfile.ZipInfo(member)
            if member == f"{run_id}/{name}":
                entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
                content = os.fsencode(secret)
            archive.writestr(entry, content, how)
    refused(path, store, f"{name}` of the zip file is marked as a link or a device")
    files = [file for file in tmp_path.rglob("*") if file != secret]
    assert not [file for file in files if file.is_symlink()]
    assert not [file for file in files if file.is_file() and b"do not read" in file.read_bytes()]


@pytest.mark.parametrize("mode", [0, 0o644, stat.S_IFREG | 0o600])
@pytest.mark.parametrize("system", [0, 3, 10, 19])
def test_plain_files_of_any_system_are_read(members, run_id, store, tmp_path, system, mode):
    path = tmp_path / "plain.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            entry = zipfile.ZipInfo(member)
            entry.create_system, entry.external_attr = system, mode << 16 | 0x20  # "archive"
            archive.writestr(entry, content)
    assert unpack(path, store).original == run_id


def test_a_bomb_is_refused_unopened(members, run_id, zipped, store):
    bomb = members | {f"{run_id}/events.jsonl": b"\n" * 50_000_000}
    path = zipped(bomb, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1_000_000
    refused(path, store, "have [0-9,]+ bytes once they are unpacked, and at most")


@pytest.mark.parametrize("name", ["config.json", "label.json", "script.py"])
def test_a_file_larger_than_any_run_has_is_refused(members, run_id, zipped, store, name):
    refused(zipped(members | {f"{run_id}/{name}": b" " * (2**20 + 1)}), store, "and a run's has")


@pytest.mark.parametrize("stated", [100_000 % 2**16, 2**16 - 1, 1])
def test_a_hundred_thousand_entries_are_refused(store, run_id, tmp_path, stated):
    head = struct.pack("<4s22xHH", b"PK\x03\x04", 40, 0)
    entry = struct.pack("<4s24xH12xHHI", b"PK\x01\x02", 40, 0, 0, 0)[:46]
    entries = b"".join(entry + f"{run_id}/step-{step:013d}".encode() for step in range(100_000))
    end = struct.pack("<4s4xHHIIH", b"PK\x05\x06", stated, stated, len(entries), len(head), 0)
    path = tmp_path / "many.zip"
    path.write_bytes(head + entries + end)
    began = time.process_time()
    refused(path, store, "members in|no packed run")
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("count", [300, 1_100, 3_000])
def test_more_checkpoints_than_a_run_keeps_are_refused(members, zipped, store, run_id, count, how):
    more = {f"{run_id}/checkpoints/step-{step + 99:08d}.pt": b"x" for step in range(count)}
    said = refused(zipped(members | more, how), store, "a packed run has 256 at most")
    assert f"holds {count + len(members):,} files" in said


def test_overlapping_encrypted_and_lying_entries_are_refused(packed_once, store, tmp_path):
    whole = packed_once.read_bytes()
    directory = struct.unpack_from("<I", whole, len(whole) - 6)[0]
    path = tmp_path / "lies.zip"

    def patched(offset, form, *values):
        content = bytearray(whole)
        struct.pack_into(form, content, directory + offset, *values)
        path.write_bytes(content)
        return path

    refused(patched(8, "<H", 1), store, "encrypted")
    refused(patched(10, "<H", 8), store, "config.json in the file is damaged")
    refused(patched(20, "<II", 2**31, 2**31), store, "not what its directory says")
    refused(patched(20, "<II", 2**32 - 1, 2**32 - 1), store, "not what its directory says")
    refused(patched(16, "<I", 0), store, "config.json in the file|damaged|no packed run")
    refused(patched(42, "<I", len(whole)), store, "overlap")
    second = directory + 46 + sum(struct.unpack_from("<HHH", whole, directory + 28))
    content = bytearray(whole)
    struct.pack_into("<I", content, second + 42, 0)  # the second begins where the first does
    path.write_bytes(content)
    refused(path, store, "overlap|not what its directory says")
    end = len(whole) - 22
    for position, form, value in ((8, "<HH", (9, 9)), (12, "<I", (7,)), (16, "<I", (7,))):
        content = bytearray(whole)
        struct.pack_into(form, content, end + position, *value)
        path.write_bytes(content)
        refused(path, store, "no packed run")


def test_any_byte_may_be_another(packed_once, store, tmp_path):
    whole, path, rng = packed_once.read_bytes(), tmp_path / "flipped.zip", random.Random(0)
    taken = 0
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(rng.choice((1, 1, 8))):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content[: rng.choice((len(content), rng.randrange(len(content))))])
        try:
            unpack(path, store)
            taken += 1
        except RunError:
            pass
    assert not list(store.root.glob(".*")) if store.root.exists() else True
    assert taken < 30


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", b"\x00" * 1000])
def test_other_files_are_refused(content, store, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(content)
    refused(path, store, "no zip file" if len(content) > 2 else "empty|no packed run")
    refused(tmp_path / "missing", store, "There is no file")
    refused(tmp_path, store, "There is no file")


def test_a_pipe_is_not_waited_for(store, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", store, "There is no file")


@pytest.mark.parametrize(
    "config",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"config": 1}',
        b'{"config": {}, "x": NaN}',
        b'{"config": {"optim": {"lr": 1e999}}}',
        b'{"config": {"model": {"hidden": [100000000, 100000000]}}}',
        b'{"config": {"optim": {"lr": "0.1"}}}',
        b'{"config": {"evil": {}}}',
        b"[" * 60_000,
        b'{"config": ' + b'{"a": ' * 500 + b"1" + b"}" * 501,
    ],
)
def test_settings_that_cannot_be_are_refused(members, run_id, zipped, store, config):
    refused(
        zipped(members | {f"{run_id}/config.json": config}),
        store,
        r"config.json in the file cannot",
    )


def test_what_is_no_text_in_the_settings_counts_as_missing(members, run_id, zipped, store):
    record = json.loads(members[f"{run_id}/config.json"])
    record |= {"name": ["x"], "created": "soon", "parent": 7, "versions": [1], "id": "../x"}
    found = unpack(zipped(members | {f"{run_id}/config.json": json.dumps(record).encode()}), store)
    (info,) = store.list()
    assert (info.id, info.name, info.parent) == (found.run, "first", None)  # label.json's name


def test_a_hostile_label_is_cut_to_what_a_label_can_be(members, run_id, zipped, store):
    label = {
        "name": "a\u202eb" * 500,
        "tags": ["x" * 99, 7, "ok", *"abcdefghijkl"],
        "note": "n" * 9999,
    }
    unpack(zipped(members | {f"{run_id}/label.json": json.dumps(label).encode()}), store)
    (info,) = store.list()
    assert "\u202e" not in info.name
    assert len(info.name) <= 200
    assert info.tags[0] == "ok"
    assert len(info.tags) == 10
    assert len(info.note) == 2_000


@pytest.mark.parametrize("content", [b"x" * 100, b"", b"PK\x03\x04" + b"\x00" * 99])
def test_a_checkpoint_that_is_none_is_refused(members, run_id, zipped, store, content):
    name = f"{run_id}/checkpoints/step-00000000.pt"
    refused(zipped(members | {name: content}), store, "step-00000000.pt in the file: ")


def test_a_checkpoint_that_would_run_code_is_refused(members, run_id, zipped, store, tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "owned"),)

    torch.save({"model_state_dict": Evil()}, tmp_path / "evil.pt")
    content = (tmp_path / "evil.pt").read_bytes()
    path = zipped(members | {f"{run_id}/checkpoints/step-00000000.pt": content})
    refused(path, store, "step-00000000.pt in the file: ")
    assert not (tmp_path / "owned").exists()


def test_a_checkpoint_of_another_step_or_model_is_refused(members, run_id, zipped, store, tmp_path):
    names = [name for name in members if name.endswith(".pt")]
    swapped = members | {names[0]: members[names[1]]}
    refused(zipped(swapped), store, "is no checkpoint of this run")
    torch.save({"fc1.weight": torch.zeros(10, 784), "fc1.bias": torch.zeros(10)}, tmp_path / "w.pt")
    bare = (tmp_path / "w.pt").read_bytes()
    refused(zipped(members | {names[0]: bare}), store, "is no checkpoint of this run")
    start = f"{run_id}/checkpoints/start.pt"
    refused(zipped(members | {start: bare}), store, "start.pt in the file is no checkpoint")


HOSTILE = [
    {**STEPS, "first": 2**60},
    {**STEPS, "first": 0},
    {**STEPS, "first": -5},
    {**STEPS, "first": 2**25},
    {**STEPS, "losses": []},
    {**STEPS, "losses": "x"},
    {**STEPS, "losses": [[1]]},
    {**STEPS, "losses": {"a": 1}},
    {**STEPS, "epoch": 0},
    {**STEPS, "epoch": 1e300},
    {**STARTED, "threads": 10**9},
    {**STARTED, "threads": 0},
    {**STARTED, "device": "meta"},
    {**STARTED, "device": "cuda:0; rm"},
    {**STARTED, "total_steps": 2**62},
    {**STARTED, "steps_per_epoch": -1},
    {"event": "edited", "step": 1, "epoch": 0, "changes": {"data.root": "/etc"}, "before": {}},
    {"event": "edited", "step": 1, "epoch": 0, "changes": {"optim.lr": "x"}, "before": {}},
    {"event": "edited", "step": 1, "epoch": 0, "changes": {"evil": 1}, "before": {}},
    {"event": "edited", "step": 1, "epoch": 0, "changes": {}, "before": {"train.seed": 1}},
    {"event": "checkpoint", "step": 1, "epoch": 0, "file": "../../x.pt", "reason": "epoch"},
    {"event": "failed", "step": 1, "epoch": 0, "message": "x" * 70_000},
    {
        "event": "finished",
        "step": 5,
        "epoch": 1,
        "test_loss": 1.0,
        "test_accuracy": 5.0,
        "seconds": 1,
    },
    {"event": "evil", "step": 1},
    {"event": ["steps"]},
    {},
    b"[]",
    b"nothing",
    b'{"event": "steps", "first": 1, "losses": [NaN], "epoch": 1}',
    b'{"event": "steps", "first": 1, "losses": [1e999], "epoch": 1}',
    b"{" + b'"a":{' * 5_000,
    b"\xed\xa0\x80",
    b"x" * 3_000_000,
    b'{"event": "steps", "first": 1, "epoch": 1, "losses": [' + b"1," * 600_000 + b"1]}",
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_lines_that_no_run_writes_are_left_out(with_history, store, line):
    path = with_history(STARTED, STEPS, line, STOPPED)
    found = unpack(path, store)
    assert [str(notice) for notice in found.notices] == [
        "Lines of its history that no run writes are left out: 1."
    ]
    history = History(RunFolder(store.root / found.run))
    history.refresh()
    assert (history.step, history.state, history.damage) == (5, "stopped", None)


def test_a_sentence_of_a_failure_cannot_fill_the_memory(with_history, store):
    for template in ("{a:>9999999999}", "{a.__class__}", "{a[0]}", "{0}", "{a", "{a!r:{b}}"):
        error = {"type": "RunError", "template": template, "values": {"a": "x", "b": 9}}
        failed = {"event": "failed", "step": 5, "epoch": 0, "message": "m", "error": error}
        history = history_in(with_history(STARTED, STEPS, failed), store)
        assert history.state == "failed"
        assert str(history.error) == "m"


def test_a_history_without_end_gets_one(with_history, store):
    for lines in ((), (STARTED,), (STARTED, STEPS), (STARTED, STEPS, {**STARTED, "step": 5})):
        history = history_in(with_history(*lines), store)
        assert history.state == "stopped"
        assert history.outcome.reason == "packed"


def test_far_jumps_take_bounded_memory(with_history, store):
    jumps = [{**STEPS, "first": 9_000_000 * n + 1} for n in range(1, 9)]
    history = history_in(with_history(STARTED, *jumps, STOPPED), store)
    assert history.steps.nbytes <= 2**27


@pytest.mark.parametrize("limit", ["_MOST", "_MOST_OTHERS"])
def test_more_events_than_any_run_has_are_refused(with_history, store, monkeypatch, limit):
    monkeypatch.setattr(histories, limit, 100)
    assert unpack(with_history(*[STOPPED] * 100), store)
    shutil.rmtree(store.root)
    refused(with_history(*[STOPPED] * 101), store, "longer than that of any")


def test_edits_that_contradict_each_other_are_refused(with_history, store):
    edit = {"event": "edited", "step": 3, "epoch": 0, "before": {}}
    edit["changes"] = {"train.patience": 3, "optim.momentum": 0.9}
    refused(with_history(STARTED, STEPS, edit, STOPPED), store, "does not go with its settings")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from(["cpu", "step-00000001.pt", "start.pt", "optim.lr", "train.epochs", 1, 0.5]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def lines(draw):
    kind = draw(st.sampled_from([*EVENTS, "other"]))
    fields = EVENTS[kind].__dataclass_fields__ if kind in EVENTS else {}
    record = {name: draw(VALUES | st.integers(0, 40)) for name in fields}
    return {"event": kind, **record, **({"time": draw(VALUES)} if draw(st.booleans()) else {})}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(lines() | st.sampled_from([STARTED, STEPS, STOPPED]), max_size=6))
def test_any_lines_give_a_run_that_can_be_read_or_a_sentence(found, with_history, tmp_path):
    store = RunStore(tmp_path / "any" / f"{random.random()}")
    path = with_history(*(json.dumps(line).encode() for line in found))
    try:
        history = history_in(path, store)
    except MlcoreError:
        assert list(store.root.iterdir()) == []
        return
    assert history.steps.dtype == np.float32


def test_unpacking_that_is_killed_leaves_no_run(packed_once, store):
    before = threading.active_count()
    pid = os.fork()
    if pid == 0:  # dies while it writes the checkpoints
        module = importlib.import_module("mlcore.packing.unpack")
        module._check_checkpoint = lambda *_: os._exit(9)
        unpack(packed_once, store)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert threading.active_count() == before
    assert list(store.root.glob(".unpacking-*"))
    assert store.list() == []
    unpack(packed_once, store)
    assert not list(store.root.glob(".unpacking-*"))
    assert len(store.list()) == 1


def test_a_wrong_checksum_is_refused(packed_once, store, tmp_path):
    whole = bytearray(packed_once.read_bytes())
    position = whole.rindex(b"fc1.bias") if b"fc1.bias" in whole else len(whole) // 2
    whole[position] ^= 1
    (tmp_path / "bad.zip").write_bytes(whole)
    assert zlib.crc32(whole) != zlib.crc32(packed_once.read_bytes())
    refused(tmp_path / "bad.zip", store, "is damaged")
