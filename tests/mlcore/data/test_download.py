"""Against a server on this machine; mirrors that misbehave do so on purpose."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from mlcore.data import CATALOG, Progress, fetch
from mlcore.data.download import fetch_family
from mlcore.data.family import Download, Family
from mlcore.data.idx import read_idx
from mlcore.errors import DataCorruptError, DataMissingError


class Server:
    """Serves bytes by path: `/name` whole, `/short/name` cut, `/hang/name` never."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                folder, _, name = self.path.rpartition("/")
                content = outer.files.get(name)
                if content is None or folder == "/gone":
                    self.send_error(404, "Not Found")
                    return
                self.send_response(200)
                if folder != "/unsized":
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if folder == "/hang":
                    self.wfile.write(content[:10])
                    self.wfile.flush()
                    outer.closing.wait(30)
                    return
                cut = len(content) // 2 if folder == "/short" else len(content)
                other = b"x" * cut if folder == "/wrong" else content[:cut]
                self.wfile.write(other)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.close()


def _idx(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def _contents(count: int = 40) -> tuple[bytes, bytes]:
    rng = np.random.default_rng(count)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return _idx(images), _idx(np.arange(count, dtype=np.uint8) % 10)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _family(server: Server, *folders: str, name: str = "mnist") -> Family:
    """MNIST's description with tiny files, from these folders of the server as mirrors."""
    family = CATALOG[name]
    mirrors = tuple(f"{server.address}{folder}/" for folder in folders or ("",))
    downloads = []
    for index, file in enumerate(family.files):
        packed = gzip.compress(_contents()[index % 2], mtime=0)
        server.files[f"{file}.gz"] = packed
        downloads.append(Download(f"{file}.gz", _md5(packed), mirrors))
    return dataclasses.replace(family, downloads=tuple(downloads))


def _emnist(server: Server, name: str, content: bytes | None = None) -> Family:
    """An EMNIST selection with a tiny archive of all selections."""
    family = CATALOG[name]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index, member in enumerate(family.downloads[0].members):
            archive.writestr(member, gzip.compress(_contents()[index % 2], mtime=0))
        archive.writestr("../../outside", b"never taken out")
    packed = buffer.getvalue() if content is None else content
    server.files["gzip.zip"] = packed
    original = family.downloads[0]
    archive_file = dataclasses.replace(original, md5=_md5(packed), mirrors=(f"{server.address}/",))
    return dataclasses.replace(family, downloads=(archive_file,))


def _listing(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_all_files_arrive_unpacked_and_nothing_else_is_left(server: Server, tmp_path: Path) -> None:
    family = _family(server)
    root = tmp_path / "new" / "data"
    reports: list[Progress] = []
    fetch_family(family, root, reports.append)
    assert _listing(root) == sorted(family.files)
    for index, name in enumerate(family.files):
        assert (root / family.folder / name).read_bytes() == _contents()[index % 2]
    for download in family.downloads:
        of_file = [report for report in reports if report.file == download.file]
        size = len(server.files[download.file])
        assert (of_file[0].done, of_file[-1].done) == (0, size)
        assert all(report.total == size for report in of_file)
        assert [r.done for r in of_file] == sorted(r.done for r in of_file)


def test_a_large_file_reports_on_its_way(server: Server, tmp_path: Path) -> None:
    family = _family(server)
    images = _idx(np.random.default_rng(0).integers(0, 256, (2_000, 28, 28), dtype=np.uint8))
    packed = gzip.compress(images, 1)
    first = family.downloads[0]
    server.files[first.file] = packed
    big = dataclasses.replace(first, md5=_md5(packed))
    reports: list[Progress] = []
    fetch_family(
        dataclasses.replace(family, downloads=(big, *family.downloads[1:])),
        tmp_path,
        reports.append,
    )
    assert sum(report.file == first.file for report in reports) >= 6


def test_what_is_whole_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    family = _family(server)
    fetch_family(family, tmp_path)
    server.asked.clear()
    fetch_family(family, tmp_path)
    assert server.asked == []


def test_only_what_is_missing_or_damaged_is_fetched(server: Server, tmp_path: Path) -> None:
    family = _family(server)
    fetch_family(family, tmp_path)
    folder = tmp_path / family.folder
    (folder / family.files[1]).unlink()
    images = folder / family.files[2]
    whole = images.read_bytes()
    images.write_bytes(whole[:-5])
    server.asked.clear()
    fetch_family(family, tmp_path)
    assert server.asked == [f"/{family.files[1]}.gz", f"/{family.files[2]}.gz"]
    assert images.read_bytes() == whole


def test_a_packed_file_that_lies_there_is_unpacked_without_the_network(
    server: Server, tmp_path: Path
) -> None:
    family = _family(server)
    folder = tmp_path / family.folder
    folder.mkdir(parents=True)
    for name, content in server.files.items():
        (folder / name).write_bytes(content)
    torn = folder / f"{family.files[3]}.gz"
    torn.write_bytes(torn.read_bytes()[:-6])
    fetch_family(family, tmp_path)
    assert server.asked == [f"/{family.files[3]}.gz"]
    assert _listing(tmp_path) == sorted(family.files)


@pytest.mark.parametrize("folder", ["/gone", "/short", "/wrong"])
def test_the_second_mirror_is_asked_when_the_first_fails(
    server: Server, tmp_path: Path, folder: str
) -> None:
    family = _family(server, folder, "/good")
    fetch_family(family, tmp_path)
    assert server.asked[:2] == [
        f"{folder}/{family.files[0]}.gz",
        f"/good/{family.files[0]}.gz",
    ]
    assert _listing(tmp_path) == sorted(family.files)


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("/gone", "answered 404 Not Found"),
        ("/short", r"ended after [\d,]+ of [\d,]+ bytes"),
        ("/wrong", r"sent other contents than were published \(md5 [0-9a-f]{32}\)"),
        ("/hang", "did not answer in time"),
    ],
)
def test_a_mirror_that_does_not_deliver_leaves_nothing_and_says_why(
    server: Server, tmp_path: Path, folder: str, reason: str
) -> None:
    family = _family(server, folder)
    with pytest.raises(DataMissingError, match=reason) as caught:
        fetch_family(family, tmp_path, timeout=0.3)
    message = str(caught.value)
    assert message.startswith(f"{family.downloads[0].file} of MNIST could not be downloaded")
    assert server.address.removeprefix("http://") in message
    assert "bundled digits, which need no network." in message
    assert _listing(tmp_path) == []


def test_a_size_that_the_server_did_not_say_is_reported_as_zero(
    server: Server, tmp_path: Path
) -> None:
    reports: list[Progress] = []
    fetch_family(_family(server, "/unsized"), tmp_path, reports.append)
    assert {report.total for report in reports} == {0}


def test_without_a_network_every_mirror_tried_is_named(server: Server, tmp_path: Path) -> None:
    with socket.socket() as unused:  # bound, not listening: connections are refused
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        family = _family(server)
        mirrors = (f"http://127.0.0.1:{port}/a/", "http://mirror.invalid/")
        downloads = tuple(dataclasses.replace(item, mirrors=mirrors) for item in family.downloads)
        with pytest.raises(DataMissingError, match="try again") as caught:
            fetch_family(dataclasses.replace(family, downloads=downloads), tmp_path, timeout=5)
    assert f"127.0.0.1:{port}: Connection refused; mirror.invalid: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_whole_file_with_other_contents_is_refused_as_no_idx_file(
    server: Server, tmp_path: Path
) -> None:
    family = _family(server)
    packed = gzip.compress(b"<html>moved</html>")
    server.files[family.downloads[0].file] = packed
    first = dataclasses.replace(family.downloads[0], md5=_md5(packed))
    changed = dataclasses.replace(family, downloads=(first, *family.downloads[1:]))
    with pytest.raises(DataCorruptError, match="does not unpack to an IDX file"):
        fetch_family(changed, tmp_path)
    assert family.files[0] not in _listing(tmp_path)


def test_a_progress_report_that_raises_stops_the_download_and_leaves_nothing(
    server: Server, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_family(_family(server), tmp_path, stop)
    assert _listing(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(server: Server, tmp_path: Path) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(DataMissingError, match=r"cannot be written to .*MLCORE_DATA"):
        fetch_family(_family(server), blocked)


def test_emnists_archive_gives_one_selection_unpacked_and_the_others_packed(
    server: Server, tmp_path: Path
) -> None:
    digits = _emnist(server, "emnist_digits")
    fetch_family(digits, tmp_path)
    others = [*CATALOG["emnist_letters"].files, *CATALOG["emnist_balanced"].files]
    assert _listing(tmp_path) == sorted([*digits.files, *(f"{name}.gz" for name in others)])
    assert server.asked == ["/gzip.zip"]
    images = read_idx(tmp_path / digits.folder / digits.files[0], "emnist_digits")
    assert images.shape == (40, 28, 28)

    letters = _emnist(server, "emnist_letters")
    fetch_family(letters, tmp_path)
    assert server.asked == ["/gzip.zip"]  # they lay there already
    assert set(letters.files) <= set(_listing(tmp_path))


@pytest.mark.parametrize("content", [b"no archive", b"PK\x05\x06" + bytes(18)])
def test_an_archive_that_is_none_or_lacks_a_member_is_refused(
    server: Server, tmp_path: Path, content: bytes
) -> None:
    family = _emnist(server, "emnist_digits", content)
    with pytest.raises(DataCorruptError, match=r"gzip\.zip cannot be unpacked"):
        fetch_family(family, tmp_path)


def test_bundled_digits_need_no_fetching(tmp_path: Path) -> None:
    fetch("digits", tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_files_can_be_read_by_everyone(server: Server, tmp_path: Path) -> None:
    family = _family(server)
    fetch_family(family, tmp_path)
    for name in family.files:
        assert (tmp_path / family.folder / name).stat().st_mode & 0o777 == 0o644
