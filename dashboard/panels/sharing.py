"""A run leaves as one file, and one that was packed elsewhere is brought in."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import server, session
from dashboard.gaps.uploads import free_memory
from dashboard.session.uploads import Upload, save_upload
from dashboard.words.run_names import display_name, file_stem
from dashboard.words.translation import N_, _, sentence, translated
from dashboard.words.wording import as_markdown, file_size
from mlcore import errors
from mlcore.errors import MlcoreError, RunError
from mlcore.files import size_of
from mlcore.packing.pack import chosen_checkpoints
from mlcore.runs import RunFolder, RunInfo

__all__ = ["bring_in", "brought_in", "pack_run", "packed"]

_SECONDS = 120.0  # that packing or unpacking may take
_NEW, _TURN, _DONE = "run-upload-new", "run-upload-turn", "run-upload-done"
_CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "last": (N_("The last one"), ("last",)),
    "best": (N_("The last and the best"), ("last", "best")),
    "all": (N_("All of them"), ("all",)),
}
"""Key → title, and checkpoints as `mlcore.packing.pack` takes them."""


def pack_run(run: RunInfo) -> None:
    """A button that opens the choice of checkpoints, and there the one that downloads the file."""
    sizes = _sizes(RunFolder(run.path))
    with st.popover(
        _("Pack this run"),
        icon=":material/package_2:",
        key=f"pack-open-{run.id}",
        help=_("The whole run as one file, to be taken to another machine or handed in."),
    ):
        st.caption(
            _(
                "One file with settings, name, note, history, checkpoints and the code. Wherever "
                "it is brought in, the run can be tested, resumed, forked and replayed."
            )
        )
        chosen = st.radio(
            _("Checkpoints"),
            list(sizes),
            format_func=lambda key: (
                f"{translated(_CHOICES[key][0])} · {file_size(sizes[key] or 0)}"
            ),
            key=f"pack-which-{run.id}",
            help=_(
                "With the last one the run can be resumed, with the best one tested at its best; "
                "all of them make the film of its epochs, and a larger file."
            ),
        )
        which = _CHOICES[chosen or "all"][1]
        st.download_button(
            _("Download"),
            lambda: packed(run.path, which),
            f"{file_stem(run)}.zip",
            "application/zip",
            key=f"pack-{run.id}",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            width="stretch",
            help=_("Packs the run and downloads it."),
        )


def packed(run: Path, which: tuple[str, ...]) -> bytes:
    """A run as one file, packed by a short job.

    Args:
        run: its folder.
        which: of its checkpoints.

    Raises:
        MlcoreError: it cannot be packed; the sentence says why.
    """
    job = server.jobs().submit("pack", {"run": str(run), "which": list(which)})
    return job.take(str(job.wait(_SECONDS)["file"]))


def bring_in() -> None:
    """A button that opens the field where a packed run is dropped."""
    turn = int(st.session_state.get(_TURN, 0))
    with st.popover(
        _("Bring a run in"),
        icon=":material/unarchive:",
        key=f"bring-in-{turn}",
        help=_("Adds a run that was packed elsewhere to the runs of this server."),
    ):
        st.file_uploader(
            _("A run that was packed, here or elsewhere"),
            type="zip",
            key=f"run-uploader-{turn}",
            on_change=_take,
            args=(f"run-uploader-{turn}",),
            help=_("A zip file that “Pack this run” or `mlcore pack` has written."),
        )
        st.caption(
            _(
                "Only what a run holds is read; nothing in the file is executed, and a damaged "
                "file is refused whole."
            )
        )


def brought_in() -> None:
    """Bring in the file that was dropped, and say what came of it."""
    new: Upload | None = st.session_state.get(_NEW)
    with st.container(key="run-upload-report"):  # always there: what is below does not jump
        if new is not None:
            _unpack(new)
            del st.session_state[_NEW]  # not before: a rerun in between unpacks again
            st.rerun()  # the lists above show it
        done = st.session_state.get(_DONE)
        if isinstance(done, MlcoreError):
            st.error(as_markdown(sentence(done)), icon=":material/error:")
        elif done is not None:
            _report(done)


def _sizes(folder: RunFolder) -> dict[str, int]:
    """Key of a choice → bytes of the file; without those that are the same as one before."""
    found: dict[tuple[Path, ...], str] = {}
    for key, (_title, which) in _CHOICES.items():
        with contextlib.suppress(RunError):  # it has no best one
            found.setdefault(tuple(chosen_checkpoints(folder, which)), key)
    history = size_of(folder.events_path)
    return {key: history + sum(map(size_of, files)) for files, key in found.items()}


def _take(key: str) -> None:
    """Move a dropped file out of the server's memory; the script brings it in next."""
    file = st.session_state.get(key)
    if not isinstance(file, UploadedFile):  # taken away, or released before
        return
    st.session_state[_TURN] = int(st.session_state.get(_TURN, 0)) + 1
    try:
        st.session_state[_NEW] = save_upload(file.name, memoryview(file.getvalue()))
        _forget()
    except MlcoreError as error:
        st.session_state[_DONE] = error
    free_memory(file)


def _unpack(new: Upload) -> None:
    """Make the file's run one of this server's, and show it; else say why not."""
    request = {"path": str(new.path), "runs": str(server.store().root)}
    try:
        with st.spinner(_("Reading the run …")):
            found = server.jobs().call("unpack", request, timeout=_SECONDS)
    except MlcoreError as error:
        st.session_state[_DONE] = MlcoreError("{file}: {error}", file=new.name, error=error)
        return
    finally:
        new.discard()
    st.session_state[_DONE] = found
    session.set_current_run(found["run"])
    session.write_address(session.config())


def _report(found: Mapping[str, Any]) -> None:
    """What was brought in just now."""
    run = found["run"]
    info = next((info for info in server.store().list() if info.id == run), None)
    if info is None:  # deleted since
        return
    words = [_("The run “{name}” is here now.", name=display_name(info))]
    if run != found["original"]:
        words.append(_("A run with its id was here already, so it has another one."))
    words += [sentence(errors.from_json(notice)) for notice in found["notices"]]
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="brought-in"):
        st.markdown(f":material/check_circle: {as_markdown(' '.join(words))}", width="content")
        st.space("stretch")
        if st.button(_("Show it"), key=f"show-brought-{run}", type="primary"):
            session.set_current_run(run)
            _forget()
            st.switch_page("app_pages/train.py")
        st.button(_("Close"), key=f"close-brought-{run}", type="tertiary", on_click=_forget)


def _forget() -> None:
    st.session_state.pop(_DONE, None)
