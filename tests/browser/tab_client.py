"""Many tabs without a browser: each speaks Streamlit's websocket protocol, as its frontend does.

A tab keeps the elements that the server has drawn, refreshes its fragments by timer, and clicks
buttons. Thirty of them cost a test less than two browsers would.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

__all__ = ["Tab", "open_tabs"]

_LARGEST = 64 * 2**20  # bytes of a message


@dataclass
class _Drawn:
    element: Element
    run: str  # of the script, that drew it
    fragment: str


@dataclass
class Tab:
    """One tab: what it shows, and what a person can do in it."""

    url: str
    query: str = ""
    drawn: dict[tuple[int, ...], _Drawn] = field(default_factory=dict)
    charts: list[float] = field(default_factory=list)  # seconds: when each new chart arrived
    errors: list[str] = field(default_factory=list)
    page: str = ""
    running: bool = True
    _run: str = ""
    _fragments: tuple[str, ...] = ()
    _timers: dict[str, tuple[float, asyncio.Task[None]]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _socket: ClientConnection | None = None

    async def listen(self, socket: ClientConnection) -> None:
        """Draw what arrives until the server ends the connection."""
        self._socket = socket
        await self._send(BackMsg(rerun_script={"query_string": self.query}))
        try:
            async for content in socket:
                assert isinstance(content, bytes)
                self._take(ForwardMsg.FromString(content))
                self._changed.set()
        finally:
            self._stop_timers(self._timers)

    def elements(self, kind: str) -> Iterator[Any]:
        """What is drawn of a kind, from top to bottom: "button", "markdown", "alert", …"""
        for path in sorted(self.drawn):
            element = self.drawn[path].element
            if element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def button(self, key: str) -> Any:
        """The button of a key; None while there is none that can be clicked."""
        found = [one for one in self.elements("button") if one.id.endswith(f"-{key}")]
        return next((one for one in found if not one.disabled), None)

    def shows(self, text: str) -> bool:
        """Whether a text stands on the page."""
        texts = [one.body for kind in ("markdown", "alert") for one in self.elements(kind)]
        return any(text in one for one in texts)

    @property
    def run(self) -> str:
        """The run that the address names; empty while it names none."""
        return parse_qs(self.query).get("run", [""])[0]

    async def click(self, key: str, seconds: float = 120.0) -> None:
        """Click a button, once it is there."""
        await self.until(lambda: self.button(key) is not None, f"a button “{key}”", seconds)
        states = {"widgets": [{"id": self.button(key).id, "trigger_value": True}]}
        await self._send(
            BackMsg(
                rerun_script={
                    "query_string": self.query,
                    "widget_states": states,
                    "page_script_hash": self.page,
                }
            )
        )

    async def until(
        self, condition: Callable[[], bool], what: str, seconds: float = 120.0
    ) -> float:
        """Wait for a condition on the page; the seconds that it took."""
        begun = time.monotonic()
        while not condition():
            left = begun + seconds - time.monotonic()
            assert left > 0, f"{what} within {seconds} s"
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 1.0))
        return time.monotonic() - begun

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            run = message.metadata.run
            self._run, self._fragments = run.script_run_id, tuple(run.fragment_ids)
            self.page = message.new_session.page_script_hash
            self.running = True
        elif kind == "delta":
            self._draw(tuple(message.metadata.delta_path), message.delta)
        elif kind == "auto_rerun":
            self._start_timer(message.auto_rerun)
        elif kind == "stop_auto_rerun":
            self._stop_timers(message.stop_auto_rerun.fragment_ids)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished":
            self.running = False
            self._drop_stale(message.script_finished)

    def _draw(self, path: tuple[int, ...], delta: Any) -> None:
        if delta.WhichOneof("type") == "add_block":
            return
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        self.drawn[path] = _Drawn(element, self._run, delta.fragment_id)
        kind = element.WhichOneof("type")
        if kind == "bidi_component" and "run-chart" in element.bidi_component.id:
            self.charts.append(time.monotonic())
        if kind == "exception":
            self.errors.append(element.exception.message)
        if kind == "alert" and "unforeseen" in element.alert.body:
            self.errors.append(element.alert.body)

    def _drop_stale(self, how: int) -> None:
        whole = how == ForwardMsg.FINISHED_SUCCESSFULLY
        part = how == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        for path, one in list(self.drawn.items()):
            stale = one.run != self._run
            if stale and (whole or (part and one.fragment in self._fragments)):
                del self.drawn[path]

    def _start_timer(self, wanted: Any) -> None:
        """As the frontend does: a timer that runs at this pace already goes on."""
        name, seconds = wanted.fragment_id, wanted.interval
        if name in self._timers:
            if self._timers[name][0] == seconds:
                return
            self._timers[name][1].cancel()
        self._timers[name] = (seconds, asyncio.ensure_future(self._refresh(name, seconds)))

    def _stop_timers(self, names: Iterable[str]) -> None:
        for name in list(names):
            if name in self._timers:
                self._timers.pop(name)[1].cancel()

    async def _refresh(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._send(
                BackMsg(
                    rerun_script={
                        "query_string": self.query,
                        "page_script_hash": self.page,
                        "fragment_id": fragment,
                        "is_auto_rerun": True,
                    }
                )
            )

    async def _send(self, message: BackMsg) -> None:
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())


@asynccontextmanager
async def open_tabs(url: str, count: int, query: str = "") -> AsyncIterator[list[Tab]]:
    """So many tabs at once, each with a session of its own."""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    tabs = [Tab(url, query) for _ in range(count)]
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())  # a tab that fails ends all
        tasks = []
        for tab in tabs:
            socket = await stack.enter_async_context(
                connect(
                    address,
                    origin=url,
                    subprotocols=["streamlit"],
                    max_size=_LARGEST,
                    ping_interval=None,
                )  # type: ignore[arg-type, list-item]
            )
            tasks.append(group.create_task(tab.listen(socket)))
        try:
            yield tabs
        finally:
            for task in tasks:
                task.cancel()
