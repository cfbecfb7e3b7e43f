"""A run trained again from its record, and whether every number is the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.server.load import noted
from dashboard.server.replays import Replayed, replays
from dashboard.session import problems
from dashboard.words.translation import _, ngettext, sentence
from dashboard.words.wording import as_markdown, duration, sentences
from mlcore import errors
from mlcore.runs import ENDED, History, RunInfo

__all__ = ["replay_button", "replayed"]

_PACE = 0.5  # seconds between two looks at a replay, where few tabs are open


def replay_button(info: RunInfo, history: History) -> None:
    """What replays a run that has ended."""
    if info.state not in ENDED or not history.step:
        return
    known = replays().look(info.path)
    st.button(
        _("Replay"),
        icon=":material/replay:",
        key=f"run-replay-{info.id}",
        disabled=known is not None and not known.ended,
        help=_(
            "Trains the run again from its record, stops and edits included, and says whether "
            "every step's loss and the last weights are the same. It takes as long as the run "
            "did. In a terminal: `mlcore replay {run}`.",
            run=info.id,
        ),
        on_click=_start,
        args=(info,),
    )


def replayed(info: RunInfo) -> None:
    """How far the replay of a run is, or what it found; nothing where there is none."""
    known = replays().look(info.path)
    if known is None:
        return
    moves, pace = not known.ended, max(_PACE, noted().least_pause)
    st.fragment(_now, run_every=pace if moves else None)(info, moves=moves)


def _start(info: RunInfo) -> None:
    with problems.caught():
        replays().start(info.path)


@problems.friendly_errors()
def _now(info: RunInfo, *, moves: bool) -> None:
    known = replays().look(info.path)
    if known is None or (moves and known.ended):
        st.rerun()
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key="replay", gap="small"
    ):
        if not known.ended:
            _progress(known)
            st.button(
                _("Stop"),
                key=f"stop-replay-{info.id}",
                on_click=replays().stop,
                args=(info.path,),
                help=_("Ends the replay; the run itself stays as it is."),
            )
            return
        st.markdown(_found(known), width="stretch")
        st.button(
            _("Close"),
            key=f"close-replay-{info.id}",
            type="tertiary",
            on_click=replays().forget,
            args=(info.path,),
        )


def _progress(known: Replayed) -> None:
    if not known.of:
        st.progress(0.0, text=_("The replay starts …"))
        return
    words = _("Replaying: step {done:,} of {of:,}", done=known.done, of=known.of)
    st.progress(min(known.done / known.of, 1.0), text=words)


def _found(known: Replayed) -> str:
    """The result in a line of Markdown, or why there is none."""
    if known.error is not None:
        return f":material/error: {as_markdown(sentence(known.error))}"
    result = known.result or {}
    words = [sentence(errors.from_json(result["verdict"]))]
    if result["reason"] is not None:
        words.append(sentence(errors.from_json(result["reason"])))
    icon = ":material/check_circle:" if result["equal"] else ":material/warning:"
    return f"{icon} {as_markdown(sentences(*words))}  \n:gray[{_about(result)}]"


def _about(result: Mapping[str, Any]) -> str:
    """What the replay did, in a few words."""
    edits, unknown = int(result["edits"]), int(result["unknown"])
    parts = [
        ngettext("{n:,} edit", "{n:,} edits", edits),
        _("{time} on {device}", time=duration(result["seconds"]), device=result["device"]),
    ]
    if unknown:
        parts.append(
            ngettext(
                "{n:,} loss is not in the record", "{n:,} losses are not in the record", unknown
            )
        )
    return " · ".join(parts)
