"""What a console can show: any text can be written on any console, and no text steers it.

A console may know few characters (`PYTHONIOENCODING=cp1252`, `LC_ALL=C`), and names and messages
may hold what a terminal obeys (ESC, BEL, marks that turn the direction of writing).
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from mlcore.errors import MlcoreError

__all__ = ["Console", "can_show", "consoles", "readable", "writing"]

_PLAIN = dict(zip("×·–—−\u2011‘’“”„\u00a0\u2009\u202f", 'x-----\'\'"""   ', strict=True)) | {
    "→": "->",
    "…": "...",
    "≤": "<=",
    "≥": ">=",
    "±": "+/-",
}
"""Characters of our own sentences, as a console writes them that lacks them."""

_HANDLER = "mlcore.plain"
# C0 but for tab and newline, DEL and C1; marks that turn or isolate the direction of writing.
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    r"""The text with what would steer a terminal written out, as `\u001b` (also valid in JSON)."""
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def can_show(text: str, stream: TextIO | None) -> bool:
    """Whether the stream has every character of the text."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Console(io.TextIOBase):
    """A stream for people: what is written to it is made `readable` first."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """As the stream's."""
        return self.stream.encoding

    def fileno(self) -> int:
        """As the stream's."""
        return self.stream.fileno()

    def isatty(self) -> bool:
        """As the stream's."""
        return self.stream.isatty()

    def write(self, text: str) -> int:
        """Write a text.

        Raises:
            BrokenPipeError: the reader has gone.
            MlcoreError: the stream cannot be written, as where the disk is full.
        """
        with writing():
            self.stream.write(readable(text))
        return len(text)

    def flush(self) -> None:
        """Hand on what was written.

        Raises:
            BrokenPipeError, MlcoreError: as `write`.
        """
        with writing():
            self.stream.flush()


@contextlib.contextmanager
def consoles(*, styled: bool = False) -> Iterator[None]:
    """Within the block standard output and error take any text; a closed one takes it nowhere.

    Args:
        styled: what is written comes from the parser's help, which may colour it.
    """
    kept = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 (a device)
        streams = [stream or nowhere for stream in kept]  # None: closed, as by `>&-`
        for stream in streams:
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors=_HANDLER)
        sys.stdout, sys.stderr = streams if styled else map(Console, streams)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Within the block a stream is written; what goes wrong is said in a sentence.

    Raises:
        BrokenPipeError: the reader has gone, or the terminal was closed.
        MlcoreError: the stream cannot be written, as where the disk is full.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno == errno.EIO:
            raise BrokenPipeError(*error.args) from error  # the terminal was closed
        raise MlcoreError(
            "The output cannot be written ({reason}): make room, or write it elsewhere.",
            reason=error.strerror or str(error),
        ) from error


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one) or _code(one) for one in lacking), error.end


def _code(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"


codecs.register_error(_HANDLER, _replace)
