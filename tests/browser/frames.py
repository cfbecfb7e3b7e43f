"""What server and browser said to each other last, told when a page stops for an impossible delta.

Streamlit's frontend ends with "Bad delta path index" where it is sent a part of a page that it does
not have. Which messages led there is known only at that moment.
"""

from __future__ import annotations

import base64
import json

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

__all__ = ["FRAMES", "REMEMBER", "told"]

FRAMES = "frames: "
"""What the console's message begins with."""

REMEMBER = """(() => {
  const [kept, most, large] = [[], 150, 20000];
  const keep = (way, data) => {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
    const text = bytes.length > large ? '' : String.fromCharCode(...bytes);
    kept.push([way, Math.round(performance.now()), bytes.length, text]);
    if (kept.length > most) kept.shift();
  };
  window.WebSocket = class extends WebSocket {
    constructor(...more) {
      super(...more);
      this.addEventListener('message', ({ data }) => keep('<', data));
    }
    send(data) {
      keep('>', data);
      super.send(data);
    }
  };
  addEventListener('error', ({ message }) => {
    if (!/delta path/.test(message)) return;
    const told = kept.map(([way, when, size, text]) => [way, when, size, btoa(text)]);
    console.error(`frames: ${JSON.stringify(told)}`);
  });
})()"""
"""Script of a page that keeps the last messages, and tells of them on the console."""


def told(message: str) -> str:
    """What the console's message says, a line for each message."""
    return FRAMES + "\n".join(
        f"{way} {when} ms, {size} bytes {_read(way, base64.b64decode(frame))}"
        for way, when, size, frame in json.loads(message.removeprefix(FRAMES))
    )


def _read(way: str, frame: bytes) -> str:
    try:
        return (
            _asked(BackMsg.FromString(frame)) if way == ">" else _said(ForwardMsg.FromString(frame))
        )
    except DecodeError:
        return "unreadable"


def _asked(message: BackMsg) -> str:
    asked = message.rerun_script
    changed = [state.id[-60:] for state in asked.widget_states.widgets if state.trigger_value]
    return (
        f"{message.WhichOneof('type')} page={asked.page_script_hash[:6]} {asked.page_name} "
        f"fragment={asked.fragment_id[:6]} timed={asked.is_auto_rerun} {changed or ''}"
    )


def _said(message: ForwardMsg) -> str:
    kind, at = message.WhichOneof("type"), list(message.metadata.delta_path)
    if kind == "new_session":
        page = message.new_session.page_script_hash[:6]
        return f"{kind} page={page} {' '.join(str(message.metadata).split())}"
    if kind == "delta":
        return f"{message.delta.WhichOneof('type')} {at} fragment={message.delta.fragment_id[:6]}"
    return f"{kind} {at or str(getattr(message, kind or '', ''))[:60]}"
