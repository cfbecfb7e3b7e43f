"""Fetching a data set: mirrors in order, checked by md5; a file appears whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from mlcore.data.catalog import find_family
from mlcore.data.family import Download, Family, Progress
from mlcore.data.idx import check_idx
from mlcore.data.unpack import atomic, take_out, unpack_gz, unwritable
from mlcore.errors import DataCorruptError, DataError, DataMissingError
from mlcore.files import is_file

__all__ = ["fetch", "fetch_family"]

_TIMEOUT = 20.0  # seconds without a byte, after which the next mirror is tried

Report = Callable[[Progress], None]


def fetch(name: str, root: Path, progress: Report | None = None) -> None:
    """Download the files of a data set that are missing or damaged; the others stay as they are.

    Args:
        name: as in the catalog; bundled ones need nothing.
        root: folder of the data sets; made where it is missing.
        progress: called after every 256 KB, in the thread that called.

    Raises:
        DataMissingError: no mirror delivered, or the folder cannot be written to.
        DataCorruptError: what was delivered is no such data set.
        SettingsError: the name is unknown.
    """
    fetch_family(find_family(name), root, progress)


def fetch_family(
    family: Family, root: Path, progress: Report | None = None, timeout: float = _TIMEOUT
) -> None:
    """`fetch` for a description of one's own; `timeout` in seconds without a byte."""
    folder = root / family.folder
    for download in family.downloads:
        names = [name for name in family.files if f"{name}.gz" in download.packed]
        wanted = [name for name in names if not _whole(folder / name, family)]
        if all(_unpacked(folder, name, family) for name in wanted):
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        try:
            _download(family, download, folder, progress or (lambda _: None), timeout)
        except BaseException:
            _remove_empty(folder, root)
            raise
        for name in wanted:
            unpack_gz(folder, name, family.name)


def _remove_empty(folder: Path, root: Path) -> None:
    """Leave no empty folder behind where nothing came."""
    with contextlib.suppress(OSError):  # not empty
        for one in (folder, *folder.parents):
            one.rmdir()
            if one == root:
                return


def _whole(path: Path, family: Family) -> bool:
    try:
        check_idx(path, family.name)
    except DataError:
        return False
    return True


def _unpacked(folder: Path, name: str, family: Family) -> bool:
    """Unpack the file from its packed one, if that is there; whether it worked."""
    if not is_file(folder / f"{name}.gz"):
        return False
    try:
        unpack_gz(folder, name, family.name)
    except DataCorruptError:
        return False
    return True


def _download(
    family: Family, download: Download, folder: Path, report: Report, timeout: float
) -> None:
    """Download one file into the folder from the first mirror that delivers it whole."""
    from mlcore.data.mirror import Refused, stream  # 45 ms of imports that training never needs

    tried = []
    for mirror in download.mirrors:
        try:
            with atomic(folder / download.file) as (file, _):
                stream(mirror + download.file, download, file, report, timeout)
        except Refused as reason:
            tried.append(f"{urlsplit(mirror).netloc}: {reason}")
            continue
        if download.members:
            archive = folder / download.file
            take_out(archive, download.members, folder, family.name)
            archive.unlink(missing_ok=True)
        return
    raise DataMissingError(
        "{file} of {title} could not be downloaded ({reasons}): check the network and try again, "
        "or use the bundled digits, which need no network.",
        file=download.file,
        title=family.title,
        reasons="; ".join(tried),
    )
