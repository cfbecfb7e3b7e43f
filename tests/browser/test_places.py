"""From whatever folder the app is started: who reaches it, under which names, and how it looks."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.noise import Noise
from tests.browser.server import FLAGS

pytestmark = pytest.mark.browser

Start = Callable[..., Any]
REFUSED = r"^server: .*Rejecting WebSocket connection with disallowed Origin or Host header"
OFFLINE = r"^server: .*(Did not auto detect external IP|docs\.streamlit\.io/ for debugging hints)"
"""What Streamlit says without the internet where everybody's address is set."""

SIDEBAR = "rgb(246, 249, 249)"  # in the light theme of dashboard/.streamlit/config.toml


def opens_socket(port: int, host: str, origin: str = "") -> bool:
    """Whether a websocket asked for under a host's name is opened."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: streamlit",
        *([f"Origin: {origin}"] if origin else []),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = wire.recv(1024).split(b"\r\n")[0]
    return b" 101 " in answer


def listens_on(pid: int) -> set[str]:
    found = psutil.Process(pid).net_connections(kind="inet")
    return {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN}


def test_from_another_folder_the_app_is_this_machines_alone_and_whole(
    app: Start, page: Page, settled: Callable[[Page], None], tmp_path: Path, noise: Noise
) -> None:
    noise.expect(REFUSED)
    noise.expect(OFFLINE)
    home = tmp_path / "home"
    (home / ".streamlit").mkdir(parents=True)
    theirs = '[server]\naddress = "0.0.0.0"\nallowedHosts = ["*"]\nmaxUploadSize = 500\n'
    (home / ".streamlit" / "config.toml").write_text(theirs)
    one = app(as_a_person=True, env={"HOME": str(home), "USERPROFILE": str(home)})
    port = urlsplit(one.url).port
    assert listens_on(one.process.pid) == {"127.0.0.1"}
    for known in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
        assert opens_socket(port, f"{known}:{port}", f"http://{known}:{port}"), known
    for foreign in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "5x", ""):
        assert not opens_socket(port, f"{foreign}:{port}", f"http://{foreign}:{port}"), foreign
        assert not opens_socket(port, foreign), foreign
    assert not opens_socket(port, f"localhost:{port}", "http://evil.example")
    page.goto(f"{one.url}/checkpoints")
    settled(page)
    expect(page.get_by_test_id("stSidebar")).to_have_css("background-color", SIDEBAR)
    expect(page.get_by_test_id("stFileUploader").first).to_contain_text(re.compile(r"64\s?MB"))
    assert "error" not in one.log.read_text().lower(), one.log.read_text()


def test_a_name_that_was_pointed_to_this_machine_shows_no_page(
    app: Start, browser: Browser, chromium: str, noise: Noise
) -> None:
    noise.expect(REFUSED)
    one = app(as_a_person=True)
    port = urlsplit(one.url).port
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    rebound = browser.browser_type.launch(executable_path=chromium, args=[*FLAGS, rules])
    page = rebound.new_page()
    # Heard from before the page is asked for: the first socket may be refused while it loads.
    with page.expect_console_message(lambda said: "WebSocket" in said.text and "403" in said.text):
        page.goto(f"http://evil.example:{port}")
    expect(page.locator(".st-key-train")).to_have_count(0)
    rebound.close()


def test_a_class_is_served_by_address_and_under_the_names_that_are_allowed(
    app: Start, noise: Noise
) -> None:
    noise.expect(REFUSED)
    noise.expect(OFFLINE)
    one = app(as_a_person=True, flags=["--server.address", "0.0.0.0"])
    port = urlsplit(one.url).port
    assert listens_on(one.process.pid) == {"0.0.0.0"}
    assert opens_socket(port, f"192.168.1.5:{port}", f"http://192.168.1.5:{port}")
    assert not opens_socket(port, f"lab.example.org:{port}")
    one.stop()
    names = ["localhost", "lab.example.org"]
    flags = [word for name in names for word in ("--server.allowedHosts", name)]
    one = app(as_a_person=True, flags=["--server.address", "0.0.0.0", *flags])
    port = urlsplit(one.url).port
    assert all(opens_socket(port, f"{name}:{port}", f"http://{name}:{port}") for name in names)
    assert not opens_socket(port, f"evil.example:{port}")
