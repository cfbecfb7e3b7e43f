"""A real MLflow server, and servers that behave badly."""

from __future__ import annotations

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlcore.config import RunConfig
from mlcore.runs import RunStore

_SERVER = """
import sys
from werkzeug.serving import make_server
from mlflow.server import app

make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class MlflowServer:
    """MLflow's own server application, in a process that can be killed and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        database, artifacts = f"sqlite:///{self.folder / 'server.db'}", self.folder / "artifacts"
        environment = {
            "_MLFLOW_SERVER_FILE_STORE": database,
            "_MLFLOW_SERVER_REGISTRY_STORE": database,
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(artifacts),
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _SERVER, str(self.port)],
                env=os.environ | environment,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        until = time.monotonic() + 120
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        self.ask("experiments/search", max_results=10)  # the first request makes its database

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, path: str, **request: Any) -> dict[str, Any]:
        """The answer to a request of MLflow's REST interface."""
        url = f"{self.address}/api/2.0/mlflow/{path}"
        content = json.dumps(request).encode()
        asked = urllib.request.Request(url, content, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def runs(self) -> list[dict[str, Any]]:
        """All runs of the experiment."""
        found = self.ask("experiments/search", max_results=10)["experiments"]
        ids = [one["experiment_id"] for one in found if one["name"] == "mlcore"]
        return list(self.ask("runs/search", experiment_ids=ids).get("runs", [])) if ids else []

    def history(self, run: dict[str, Any], metric: str) -> dict[int, float]:
        """Epoch → value of a metric."""
        url = f"{self.address}/api/2.0/mlflow/metrics/get-history?run_id={run['info']['run_id']}"
        with urllib.request.urlopen(f"{url}&metric_key={metric}", timeout=60) as answer:
            found = json.load(answer).get("metrics", [])
        return {int(one.get("step", 0)): float(one["value"]) for one in found}

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


@pytest.fixture(scope="module")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    server = MlflowServer(tmp_path_factory.mktemp("server"), free_port())
    server.start()
    yield server
    server.kill()


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of a server that answers everything with status 500."""

    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(500, "out of order")

        do_POST = do_GET  # noqa: N815 (as the class below calls it)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuse)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a server that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def config() -> Callable[..., RunConfig]:
    """Settings of a run on the bundled digits that takes a moment."""

    def make(**changes: Any) -> RunConfig:
        settings = {
            "data.name": "digits",
            "data.validation": 200,
            "model.hidden": [16],
            "optim.name": "adam",
            "train.epochs": 3,
            "train.device": "cpu",
            "train.threads": 1,
        }
        return RunConfig.from_flat(settings | {k.replace("__", "."): v for k, v in changes.items()})

    return make
