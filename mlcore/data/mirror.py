"""One file from one mirror, over the network; imported only when there is something to fetch."""

from __future__ import annotations

import hashlib
import http.client
import urllib.request
from collections.abc import Callable
from typing import IO
from urllib.error import HTTPError, URLError

from mlcore.data.family import Download, Progress

__all__ = ["Refused", "stream"]

_BLOCK = 1 << 18  # bytes between two progress reports


class Refused(Exception):
    """A mirror did not deliver; the text is the reason."""


def stream(
    address: str,
    download: Download,
    file: IO[bytes],
    report: Callable[[Progress], None],
    timeout: float,
) -> None:
    """Copy an address into a file, and compare length and md5.

    Args:
        address: in full, with the file's name.
        download: what it should be.
        file: open for writing.
        report: called before the first and after every block.
        timeout: seconds without a byte.

    Raises:
        Refused: the mirror did not deliver it whole.
    """
    request = urllib.request.Request(address, headers={"User-Agent": "mlcore"})  # noqa: S310
    digest = hashlib.md5(usedforsecurity=False)
    done = 0
    try:  # addresses come from the catalog, never from a person
        response = urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
    except (OSError, http.client.HTTPException) as error:
        raise Refused(_reason(error)) from error
    with response:
        length = response.headers.get("Content-Length") or ""
        total = int(length) if length.isdecimal() else 0
        report(Progress(file=download.file, done=0, total=total))
        while block := _read(response):
            digest.update(block)
            file.write(block)
            done += len(block)
            report(Progress(file=download.file, done=done, total=total))
    if done < total:
        raise Refused(f"ended after {done:,} of {total:,} bytes")
    if digest.hexdigest() != download.md5:
        raise Refused(f"sent other contents than were published (md5 {digest.hexdigest()})")


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_BLOCK)
    except (OSError, http.client.HTTPException) as error:
        raise Refused(_reason(error)) from error


def _reason(error: Exception) -> str:
    """An error of the network in a few words."""
    if isinstance(error, HTTPError):
        return f"answered {error.code} {error.reason}"
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return "did not answer in time"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
