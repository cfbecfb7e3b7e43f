"""A PostgreSQL server of a test's own: its binaries come from Debian's package `postgresql`."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

__all__ = ["PASSWORD", "WRITTEN", "Postgres", "find_binaries"]

PASSWORD = "s3cr{e}t @:/"
"""Of the server's user; with signs that an address must write otherwise."""

WRITTEN = "s3cr%7Be%7Dt%20%40%3A%2F"
"""The same as an address has it."""

_USER = "sweeper"
_NEVER_ROOT = "postgres", "nobody"  # one of these runs the server where root runs the tests


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine; None: there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Postgres:
    """A server in a folder of its own, on a free port of the loopback interface.

    Args:
        binaries: as `find_binaries` finds them.
    """

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._root = Path(tempfile.mkdtemp(prefix="mlcore-pg-"))
        self._user = self._owner()
        self._data = self._root / "data"
        secret = self._root / "password"
        secret.write_text(PASSWORD)
        if self._user:
            entry = pwd.getpwnam(self._user)
            for path in (self._root, secret):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        self._call(
            *("initdb", "-D", str(self._data), "-U", _USER, "--pwfile", str(secret)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--locale=C"),
        )
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self._made = 0
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\n"
                f"unix_socket_directories = '{self._root}'\nfsync = off\n"
            )
        self.start()

    def database(self) -> str:
        """The address of a new, empty database."""
        import psycopg  # only where a test wants a database

        self._made += 1
        name = f"sweeps{self._made}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def address(self, database: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://{_USER}:{WRITTEN}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """Process id of the server; each session is a child of it."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Start the server; returns when it answers."""
        log = self._root / "log"
        self._call("pg_ctl", "-D", str(self._data), "-l", str(log), "-w", "-t", "120", "start")

    def stop(self) -> None:
        """Stop the server at once: its sessions are cut off."""
        self._call("pg_ctl", "-D", str(self._data), "-w", "-t", "120", "-m", "fast", "stop")

    def close(self) -> None:
        """Stop the server if it runs, and delete all that it has."""
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._root, ignore_errors=True)

    @staticmethod
    def _owner() -> str | None:
        """Who runs the server; None: whoever runs the tests."""
        if os.geteuid() != 0:
            return None
        names = {entry.pw_name for entry in pwd.getpwall()}
        return next(name for name in _NEVER_ROOT if name in names)

    def _call(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *words],
            user=self._user,
            cwd=self._root,
            env=os.environ | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # no pipe: the server would keep it open
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program} {words}: {self._log()}"

    def _log(self) -> str:
        path = self._root / "log"
        return path.read_text() if path.exists() else "no log"
