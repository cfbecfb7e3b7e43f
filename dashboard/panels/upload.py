"""A file of one's own: uploaded, inspected, and only then used."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import server, session
from dashboard.gaps.uploads import free_memory
from dashboard.panels import assumptions, contents
from dashboard.session import places, problems
from dashboard.session.uploads import Upload, save_upload
from dashboard.settings.resume_plan import origins, resume_plan
from dashboard.words.setting_names import settings_sentence
from dashboard.words.translation import _, ngettext, sentence, translated
from dashboard.words.wording import as_markdown, file_size, sentences
from mlcore import errors
from mlcore.errors import CheckpointError, MlcoreError
from mlcore.trackers.catalog import check_trackers

__all__ = ["inspected", "uploader"]

_SECONDS = 20.0  # that inspecting a file may take
_NEW, _TURN = "upload-new", "upload-turn"


def uploader() -> None:
    """Draw the field where a file is dropped, and inspect what was dropped there.

    A refused file is reported in one sentence and changes nothing else. After each file the
    uploader is replaced by an empty one, as the file lies on disk by then.
    """
    turn = int(st.session_state.get(_TURN, 0))
    st.file_uploader(
        _("Upload a checkpoint, a state dict or a safetensors file"),
        key=f"uploader-{turn}",
        on_change=_take,
        args=(f"uploader-{turn}",),
        label_visibility="collapsed",
        help=_(
            "It is read without running any code in it; then it can be tested, drawn for, and "
            "trained further."
        ),
    )
    st.caption(
        _(
            "A checkpoint saved here, `torch.save(model.state_dict(), path)`, a dictionary with "
            "`model_state_dict` and `optimizer_state_dict`, or safetensors. Only numbers are "
            "read; nothing in the file is run."
        )
    )
    new: Upload | None = st.session_state.get(_NEW)
    with st.container(key="upload-report"):  # always there: what is below does not jump
        if new is not None:
            _inspect(new)
            del st.session_state[_NEW]  # not before: a rerun in between inspects again
        problems.show()


def inspected(upload: Upload) -> None:
    """What is in the upload, what to assume of it, and what can be done with it."""
    found = upload.inspection
    with st.container(border=True, key="inspection"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(upload.name, width="content")
            st.badge(translated(found["form_words"]), color="blue")
            st.caption(file_size(upload.size), width="content")
            st.space("stretch")
            st.button(
                _("Remove"),
                key="remove-upload",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
            )
        contents.facts(found)
        for warning in found["warnings"]:
            st.warning(as_markdown(sentence(errors.from_json(warning))), icon=":material/warning:")
        if found["missing"]:
            missing = map(sentence, map(errors.from_json, found["missing"]))
            st.caption(as_markdown(sentences(*missing)))
        assumptions.ask(upload)
        _actions(upload)
        contents.details(found)


def _take(key: str) -> None:
    """Move a dropped file out of the server's memory; the script inspects it next."""
    file = st.session_state.get(key)
    if not isinstance(file, UploadedFile):  # taken away, or released before
        return
    st.session_state[_TURN] = int(st.session_state.get(_TURN, 0)) + 1
    try:
        st.session_state[_NEW] = save_upload(file.name, memoryview(file.getvalue()))
        problems.clear()
    except MlcoreError as error:
        problems.report(error)
        places.reveal("upload-report")
    free_memory(file)


def _remove() -> None:
    problems.clear()
    session.keep_upload(None)


def _inspect(new: Upload) -> None:
    """Keep the upload if it is a sound checkpoint; else only say why not."""
    request = {"path": str(new.path), "untrusted": True}
    try:
        with st.spinner(_("Inspecting the file …")):
            new.inspection = server.jobs().call("inspect", request, timeout=_SECONDS)
    except MlcoreError as error:
        new.discard()
        problems.report(MlcoreError("{file}: {error}", file=new.name, error=error))
        places.reveal("upload-report")
        return
    session.keep_upload(new)
    places.reveal("inspection")


def _actions(upload: Upload) -> None:
    """What can be done with the file; what a click on Resume uses is said before it."""
    sidebar, plan = session.config(), None
    reason = _("A setting in the sidebar cannot be used; the reason is shown there.")
    unusable = bool(assumptions.why_unusable(upload))
    if unusable:
        reason = _("The file cannot be used yet; the reason is shown above.")
    elif sidebar:
        try:
            plan = resume_plan(upload.inspection, sidebar, upload.assumed)
        except CheckpointError as error:
            reason = settings_sentence(error)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Test it"),
            key="test-upload",
            type="primary",
            icon=":material/fact_check:",
            disabled=unusable,
        ):
            session.choose_upload()
            st.switch_page("app_pages/test.py")
        epochs = sidebar.train.epochs if sidebar else 1
        clicked = st.button(
            _resume_label(epochs, anew=not upload.inspection["resumable"]),
            key="resume-upload",
            icon=":material/resume:",
            disabled=plan is None,
            help=_("A new run continues from this checkpoint.") if plan else reason,
        )
        st.caption(as_markdown(origins(plan) if plan else reason), width="content")
    if clicked and plan:
        track = check_trackers(session.trackers())
        run = server.jobs().start_run(plan.config, checkpoint=upload.path, track=track)
        session.set_current_run(run)
        st.switch_page("app_pages/train.py")


def _resume_label(epochs: int, *, anew: bool) -> str:
    if anew:
        return ngettext(
            "Train its weights for 1 epoch", "Train its weights for {n:,} epochs", epochs
        )
    return ngettext("Resume from it", "Resume from it for {n:,} epochs", epochs)
