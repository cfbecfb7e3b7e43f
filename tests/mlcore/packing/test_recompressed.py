"""Runs that were unpacked and compressed again by hand, as file managers and `zip` do it."""

import json
import re
import shutil
import subprocess
import warnings
import zipfile

import pytest

from mlcore.errors import RunError
from mlcore.packing import unpack
from mlcore.runs import RunFolder


def whole(store, packed, trained):
    """The run in a file is the one that was packed."""
    run = RunFolder(store.root / unpack(packed, store).run)
    checkpoint = trained.last_checkpoint()
    assert (run.path / "checkpoints" / checkpoint.name).read_bytes() == checkpoint.read_bytes()
    assert json.loads(run.config_path.read_text())["name"] == "first"
    assert [path.name for path in store.root.glob(".inflated*")] == []


@pytest.fixture
def unzipped(packed_once, tmp_path):
    """The folder of the run in the file, as it lies after unpacking."""
    with zipfile.ZipFile(packed_once) as archive:
        archive.extractall(tmp_path / "by hand")
    (folder,) = (tmp_path / "by hand").iterdir()
    return folder


@pytest.mark.parametrize("renamed", ["{}", "{} 2", "{} (1)", "{}(1)"])
def test_by_the_standard_library(unzipped, store, trained, tmp_path, renamed):
    folder = unzipped.rename(unzipped.with_name(renamed.format(unzipped.name)))
    packed = shutil.make_archive(tmp_path / "again", "zip", folder.parent, folder.name)
    whole(store, tmp_path / "again.zip", trained)
    assert packed


@pytest.mark.skipif(shutil.which("zip") is None, reason="there is no zip on this machine")
@pytest.mark.parametrize("options", [["-r"], ["-9", "-r"], ["-0", "-r"], ["-D", "-r"]])
def test_by_info_zip(unzipped, store, trained, tmp_path, options):
    file = tmp_path / "again.zip"
    command = ["zip", "-q", *options, str(file), unzipped.name]
    subprocess.run(command, cwd=unzipped.parent, check=True)
    whole(store, file, trained)


def test_streamed_with_the_notes_of_an_operating_system(members, run_id, store, trained, tmp_path):
    """Sizes after the data, as where the archive is written to a pipe; notes beside each file."""
    notes = {
        f"{run_id}/.DS_Store": b"Bud1",
        f"__MACOSX/._{run_id}": b"attributes",
        f"__MACOSX/{run_id}/._config.json": b"attributes",
        f"{run_id}/checkpoints/Thumbs.db": b"x",
        f"{run_id}/desktop.ini": b"x",
    }
    file = tmp_path / "again.zip"
    with file.open("wb") as out, zipfile.ZipFile(_Pipe(out), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{run_id}/", b"")
        archive.writestr(f"{run_id}/checkpoints/", b"")
        for name, content in (notes | members).items():
            archive.writestr(name, content)
    whole(store, file, trained)


class _Pipe:
    """A file that cannot go back."""

    def __init__(self, file):
        self._file = file

    def write(self, data):
        return self._file.write(data)

    def flush(self):
        self._file.flush()


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED]
)
@pytest.mark.parametrize("name", ["evil.py", "{id}/evil.py", "../{id}/config.json", "{id}/x/y"])
def test_what_no_run_has_is_refused_in_any_form(members, run_id, zipped, store, how, name):
    file = zipped(members | {name.format(id=run_id): b"x"}, how)
    with pytest.raises(RunError, match=re.escape(repr(name.format(id=run_id)))):
        unpack(file, store)
    assert not store.root.exists()


def test_two_folders_are_not_one_run(members, run_id, zipped, store):
    twice = members | {name.replace(run_id, f"{run_id} 2"): data for name, data in members.items()}
    with pytest.raises(RunError, match=r"no packed run: it holds '.* 2/config.json'"):
        unpack(zipped(twice, zipfile.ZIP_DEFLATED), store)


def test_a_name_twice_and_a_run_without_settings_are_said(members, run_id, zipped, store):
    file = zipped(members, zipfile.ZIP_DEFLATED)
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(f"{run_id}/label.json", b"{}", zipfile.ZIP_DEFLATED)
        archive.writestr(f"{run_id}/label.json", b"{}", zipfile.ZIP_DEFLATED)
    with pytest.raises(RunError, match=r"holds `.*label.json` twice"):
        unpack(file, store)
    bare = {name: data for name, data in members.items() if not name.endswith("config.json")}
    with pytest.raises(RunError, match=r"holds no config.json"):
        unpack(zipped(bare, zipfile.ZIP_DEFLATED), store)


def test_a_damaged_member_is_said_and_nothing_stays(members, zipped, store):
    file = zipped(members, zipfile.ZIP_DEFLATED)
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    file.write_bytes(content)
    with pytest.raises(RunError, match="damaged"):
        unpack(file, store)
    assert not store.root.exists() or list(store.root.iterdir()) == []


def test_a_stated_size_is_never_exceeded(members, run_id, zipped, store):
    """A member that says 10 bytes and inflates to 100,000 gives no more than it says."""
    name = f"{run_id}/label.json"
    file = zipped(members | {name: b" " * 60_000}, zipfile.ZIP_DEFLATED)
    content = file.read_bytes().replace((60_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    file.write_bytes(content)
    with pytest.raises(RunError, match="damaged"):
        unpack(file, store)


def test_what_would_grow_beyond_the_limit_is_refused_unopened(members, zipped, store):
    total = sum(map(len, members.values()))
    file = zipped(members, zipfile.ZIP_DEFLATED)
    with pytest.raises(RunError, match=f"have {total:,} bytes .* at most {total - 1:,} are read"):
        unpack(file, store, max_bytes=total - 1)
    assert unpack(file, store, max_bytes=total).run
