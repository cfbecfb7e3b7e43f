"""The checkpoints of a run: what each holds, and its downloads."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import server, session
from dashboard.panels.branch import branch_here
from dashboard.words.checkpoint_rows import CheckpointRow
from dashboard.words.dates import date_and_time
from dashboard.words.run_names import file_stem
from dashboard.words.translation import _, ngettext, sentence, translated
from dashboard.words.wording import file_size
from mlcore.errors import CheckpointError
from mlcore.export import FORMATS
from mlcore.runs import RunInfo

__all__ = ["checkpoint_list", "download_name", "exported"]

_FIRST = 4  # checkpoints that are listed before one asks for more
_SECONDS = 60.0  # that a file may take to be written
_OTHERS = ("safetensors", "onnx", "pt2")
_MIME = "application/octet-stream"


def checkpoint_list(run: RunInfo, rows: tuple[CheckpointRow, ...]) -> None:
    """One line a checkpoint, latest first. Files are read when they are asked for."""
    first = [row for index, row in enumerate(rows) if index < _FIRST or row.best]
    rest = [row for row in rows if row not in first]
    with st.container(key="checkpoint-list", gap="small"):
        for row in first:
            _line(run, row)
        if rest:
            title = ngettext("{n:,} earlier checkpoint", "{n:,} earlier checkpoints", len(rest))
            with st.expander(title, key="earlier"):
                for row in rest:
                    _line(run, row)


def download_name(run: RunInfo, row: CheckpointRow, suffix: str = ".pt") -> str:
    """A file name that says run and epoch: "20261123-221700-ab12-epoch-5-step-4690.pt".

    Args:
        run: its name is used where it has one, with odd characters left out.
        row: the checkpoint.
        suffix: what the name ends in, as a `Format` says.
    """
    parts = [file_stem(run)]
    if row.epoch is not None:
        parts.append(f"epoch-{row.epoch}")
    parts.append("start" if row.step is None else f"step-{row.step}")
    return "-".join(parts) + suffix


def _line(run: RunInfo, row: CheckpointRow) -> None:
    stem = row.path.stem
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key=f"checkpoint-{stem}"
    ):
        best = " :green-badge[" + _("best") + "]" if row.best else ""
        last = " :blue-badge[" + _("last") + "]" if row.last else ""
        st.markdown(
            f"**{row.title}**{best}{last}  \n:small[:gray[{row.reason} · {file_size(row.size)} · "
            f"{date_and_time(row.saved)}]]",
            width="stretch",
        )
        with st.container(horizontal=True, width="content", gap="small"):
            _download(run, row, "full", _("Full"))
            _download(run, row, "weights", _("Weights"))
            with st.popover(
                _("More"),
                key=f"more-{stem}",
                help=_("The same model in other file formats."),
            ):
                for name in _OTHERS:
                    _download(run, row, name, translated(FORMATS[name].title))
                    lacking = FORMATS[name].lacking
                    st.caption(sentence(lacking) if lacking else translated(FORMATS[name].help))
            if st.button(
                _("Branch off"),
                key=f"branch-at-{stem}",
                icon=":material/call_split:",
                help=_("Start a new run from here, with what the sidebar changes."),
                on_click=branch_here,
                args=(run, row.path),
            ):
                st.switch_page("app_pages/train.py")
            if st.button(
                _("Test"),
                key=f"test-{stem}",
                icon=":material/fact_check:",
                help=_("Shows how good this checkpoint is on the test images."),
            ):
                session.choose_checkpoint(run.id, row.path.name)
                st.switch_page("app_pages/test.py")


def _download(run: RunInfo, row: CheckpointRow, name: str, label: str) -> None:
    """A button that prepares the file when it is pressed, and leaves the page alone."""
    form = FORMATS[name]
    st.download_button(
        label,
        lambda: _full(row.path) if name == "full" else exported(row.path, name),
        download_name(run, row, form.suffix),
        _MIME,
        key=f"{name}-{row.path.stem}",
        icon=":material/download:",
        help=translated(form.help),
        disabled=bool(form.lacking),
        on_click="ignore",
        width="stretch" if name in _OTHERS else "content",
    )


def _full(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            "{file} cannot be read ({reason}).", file=path.name, reason=error.strerror
        ) from error


def exported(path: Path, name: str) -> bytes:
    """A checkpoint in another form, made by a short job.

    Args:
        path: the checkpoint.
        name: a key of `FORMATS`.

    Raises:
        MlcoreError: it cannot be made; the sentence says why.
    """
    job = server.jobs().submit("export", {"checkpoint": str(path), "format": name})
    file = job.folder / str(job.wait(_SECONDS)["file"])
    content = file.read_bytes()
    file.unlink()  # the job's folder stays for an hour
    return content
