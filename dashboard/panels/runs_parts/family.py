"""Which of the runs was branched off from which."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.components.place_links import follow_links
from dashboard.server.histories import first_step_of
from dashboard.session.places import page_address
from dashboard.words.run_cells import cell_text
from dashboard.words.run_names import distinct_names, state_name
from dashboard.words.translation import _
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS
from mlcore.runs.library.family import Member, families

__all__ = ["draw"]

_MOST = 200  # runs of all families
_OPEN = "runs-family-open"


def draw(runs: Sequence[RunInfo]) -> None:
    """The families of these runs, each fork below the run that it is from."""
    if opened := st.session_state.pop(_OPEN, None):
        session.set_current_run(opened)
        st.switch_page("app_pages/run.py", query_params={"run": opened})
    members = families(server.store().list(), [info.id for info in runs])[:_MOST]
    if not members:
        st.caption(
            _(
                "None of these runs is a fork, or has one. “Branch off” on the Train page starts "
                "a run from another one's weights."
            )
        )
        return
    names = distinct_names([member.info for member in members])
    st.html(f'<div class="run-family">{_nested(members, names)}</div>')
    follow_links(_open, ())


def _nested(members: Sequence[Member], names: dict[str, str]) -> str:
    """Lists in lists, as a reader of the screen takes a tree."""
    text, depth = "", -1
    for member in members:
        if member.depth > depth:
            text += "<ul>" * (member.depth - depth)
        else:
            text += "</li>" + "</ul></li>" * (depth - member.depth)
        depth = member.depth
        text += f"<li>{_line(member, names[member.info.id])}"
    return text + "</li></ul>" * (depth + 1)


def _line(member: Member, name: str) -> str:
    info = member.info
    facts = [state_name(info.state)]
    if info.parent and member.depth:
        facts.insert(0, _forked(info))
    if info.best_validation_accuracy is not None:
        accuracy = cell_text(COLUMNS["best"], info)
        facts.append(_("best validation accuracy {accuracy}", accuracy=accuracy))
    link = (
        f'<a href="{html.escape(page_address("run", run=info.id))}" '
        f'data-place="open={html.escape(info.id)}">'
        f"{html.escape(name)}</a>"
    )
    bold = f"<b>{link}</b>" if member.chosen else link
    return f"{bold} <small>{html.escape(' · '.join(facts))}</small>"


def _forked(info: RunInfo) -> str:
    if step := first_step_of(info):
        return _("branched off at step {step:,}", step=step)
    return _("branched off at the beginning")


def _open(open: str = "", **_others: str) -> None:
    st.session_state[_OPEN] = open
