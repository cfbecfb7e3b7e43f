"""The checkpoints of a run: what each holds, and its downloads."""

from __future__ import annotations

import re
import time
from pathlib import Path

import streamlit as st

from dashboard import session
from dashboard.checkpoint_rows import CheckpointRow
from dashboard.wording import counted, file_size
from mlcore.errors import CheckpointError
from mlcore.runs import RunInfo

__all__ = ["checkpoint_list", "download_name"]

_FIRST = 4  # checkpoints that are listed before one asks for more
_SECONDS = 30.0  # that the weights may take to be written
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MIME = "application/octet-stream"


def checkpoint_list(run: RunInfo, rows: tuple[CheckpointRow, ...]) -> None:
    """One line a checkpoint, latest first. Files are read when they are asked for."""
    _style()
    first = [row for place, row in enumerate(rows) if place < _FIRST or row.best]
    rest = [row for row in rows if row not in first]
    with st.container(key="checkpoint-list", gap="small"):
        for row in first:
            _line(run, row)
        if rest:
            with st.expander(f"{counted(len(rest), 'earlier checkpoint')}", key="earlier"):
                for row in rest:
                    _line(run, row)


def download_name(run: RunInfo, row: CheckpointRow, kind: str = "") -> str:
    """A file name that says run and epoch: "20261123-221700-ab12-epoch-5-step-4690.pt".

    Args:
        run: its name is used where it has one, with odd characters left out.
        row: the checkpoint.
        kind: what part of it, such as "weights"; empty for all of it.
    """
    name = _UNSAFE.sub("-", run.name).strip("-.") if run.name else ""
    parts = [name or run.id]
    if row.epoch is not None:
        parts.append(f"epoch-{row.epoch}")
    parts.append("start" if row.step is None else f"step-{row.step}")
    return "-".join([*parts, kind] if kind else parts) + ".pt"


def _line(run: RunInfo, row: CheckpointRow) -> None:
    stem = row.path.stem
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key=f"checkpoint-{stem}"
    ):
        marks = "".join(
            f" :{color}-badge[{name}]"
            for name, color, held in (("best", "green", row.best), ("last", "blue", row.last))
            if held
        )
        st.markdown(
            f"**{row.title}**{marks}  \n:small[:gray[{row.reason} · {file_size(row.size)} · "
            f"{_when(row.saved)}]]",
            width="stretch",
        )
        with st.container(horizontal=True, width="content", gap="small"):
            st.download_button(
                "Full",
                lambda: _full(row.path),
                download_name(run, row),
                _MIME,
                key=f"full-{stem}",
                icon=":material/download:",
                help="Everything that training needs to go on exactly.",
                on_click="ignore",
            )
            st.download_button(
                "Weights",
                lambda: _weights(row.path),
                download_name(run, row, "weights"),
                _MIME,
                key=f"weights-{stem}",
                icon=":material/download:",
                help="The state dict alone, for load_state_dict in a program of your own.",
                on_click="ignore",
            )
            if st.button("Test", key=f"test-{stem}", icon=":material/fact_check:"):
                session.choose_checkpoint(run.id, row.path.name)
                st.switch_page("app_pages/test.py")


def _full(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read ({error.strerror}).") from error


def _weights(path: Path) -> bytes:
    job = session.jobs().submit("weights", {"checkpoint": str(path)})
    return (job.folder / str(job.wait(_SECONDS)["file"])).read_bytes()


def _when(saved: float) -> str:
    return time.strftime("%d %b %H:%M:%S", time.localtime(saved)).lstrip("0")


def _style() -> None:
    """Lines lie closer than blocks, and their figures stand still."""
    st.html(
        "<style>"
        ".st-key-checkpoint-list [data-testid=stMarkdown] { font-variant-numeric: tabular-nums; }"
        ".st-key-checkpoint-list > div > div { padding-block: 0.5rem; }"
        "</style>"
    )
