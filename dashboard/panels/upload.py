"""A file of one's own: uploaded, looked into, and only then used."""

from __future__ import annotations

from typing import get_args

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import server, session
from dashboard.gaps.uploads import free_memory
from dashboard.panels import contents
from dashboard.session import problems
from dashboard.session.uploads import Upload, save_upload
from dashboard.settings.resume_plan import resume_config, why_not_resumable
from dashboard.words.wording import as_markdown, file_size
from mlcore.config import find_setting
from mlcore.config.model import Activation
from mlcore.errors import MlcoreError

__all__ = ["inspected", "uploader"]

_SECONDS = 20.0  # that looking into a file may take
_NEW, _TURN = "upload-new", "upload-turn"


def uploader() -> None:
    """Draw the place where a file is dropped, and look into what was dropped there.

    A refused file is told of in one sentence and changes nothing else. The uploader is drawn
    anew after each file, as what was dropped there lies on disk by then.
    """
    turn = int(st.session_state.get(_TURN, 0))
    st.file_uploader(
        "Upload a checkpoint, a state dict or a safetensors file",
        key=f"uploader-{turn}",
        on_change=_take,
        args=(f"uploader-{turn}",),
        label_visibility="collapsed",
    )
    st.caption(
        "A checkpoint saved here, `torch.save(model.state_dict(), path)`, a dictionary with "
        "`model_state_dict` and `optimizer_state_dict`, or safetensors. Only numbers are read; "
        "nothing in the file is run."
    )
    new: Upload | None = st.session_state.get(_NEW)
    with st.container(key="upload-told"):  # always there: what stands below does not jump
        if new is not None:
            _look_into(new)
            del st.session_state[_NEW]  # not before: a page drawn anew in between looks again
        problems.show()


def inspected(upload: Upload) -> None:
    """What is in the upload, what to assume of it, and what can be done with it."""
    found = upload.inspection
    with st.container(border=True, key="inspection"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(upload.name, width="content")
            st.badge(found["form_words"], color="blue")
            st.caption(file_size(upload.size), width="content")
            st.space("stretch")
            st.button(
                "Remove",
                key="remove-upload",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
            )
        contents.facts(found)
        for sentence in found["warnings"]:
            st.warning(as_markdown(sentence), icon=":material/warning:")
        if found["missing"]:
            st.caption(as_markdown(" ".join(found["missing"])))
        _assume(upload)
        _actions(upload)
        contents.details(found)


def _take(key: str) -> None:
    """Move a dropped file out of the server's memory; the script looks into it next."""
    file = st.session_state.get(key)
    if not isinstance(file, UploadedFile):  # taken away, or let go of before
        return
    st.session_state[_TURN] = int(st.session_state.get(_TURN, 0)) + 1
    try:
        st.session_state[_NEW] = save_upload(file.name, memoryview(file.getvalue()))
        problems.clear()
    except MlcoreError as error:
        problems.report(error)
    free_memory(file)


def _remove() -> None:
    problems.clear()
    session.keep_upload(None)


def _look_into(new: Upload) -> None:
    """Keep the upload if it is a sound checkpoint; else only say why not."""
    request = {"path": str(new.path), "untrusted": True}
    try:
        with st.spinner("Looking into the file …"):
            new.inspection = server.jobs().call("inspect", request, timeout=_SECONDS)
    except MlcoreError as error:
        new.discard()
        problems.report(MlcoreError("{file}: {error}", file=new.name, error=error))
        return
    session.keep_upload(new)


def _assume(upload: Upload) -> None:
    """Ask for what the file does not say; what is assumed without an answer is the default."""
    found = upload.inspection
    ask_activation = found["settings"] is None and bool(found["hidden"])
    if not ask_activation and found["data"] is not None:
        return
    st.markdown("**The file does not say:**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if ask_activation:
            options = list(get_args(Activation))
            upload.assumed["activation"] = st.selectbox(
                "Activation",
                options,
                index=options.index(upload.assumed.get("activation", found["activation"])),
                key=f"assume-activation-{upload.path.stem}",
                width=160,
                help="The function after each hidden layer of the model in the file.",
            )
        if found["data"] is None:
            _assume_normalisation(upload)


def _assume_normalisation(upload: Upload) -> None:
    for name, label in (("mean", "Mean"), ("std", "Standard deviation")):
        setting = find_setting(f"data.{name}")
        rule = setting.rule
        lowest = 0.0001 if name == "std" else float(rule.low if rule.low is not None else 0)
        upload.assumed[name] = st.number_input(
            label,
            min_value=lowest,
            max_value=float(rule.high if rule.high is not None else 10),
            value=float(upload.assumed.get(name, setting.default)),
            step=0.01,
            format="%.4f",
            key=f"assume-{name}-{upload.path.stem}",
            width=180,
            help="How pixels of 0 to 1 were normalised when the model was trained.",
        )


def _actions(upload: Upload) -> None:
    sidebar = session.config()
    reason = why_not_resumable(upload.inspection)
    if not reason and sidebar is None:
        reason = "A setting on the left cannot be used; its reason stands there."
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Test it", key="test-upload", type="primary", icon=":material/fact_check:"):
            session.choose_upload()
            st.switch_page("app_pages/test.py")
        epochs = sidebar.train.epochs if sidebar else 0
        if st.button(
            f"Resume from it for {epochs:,} epochs" if epochs > 1 else "Resume from it",
            key="resume-upload",
            icon=":material/resume:",
            disabled=bool(reason),
            help=reason or "A new run goes on from this checkpoint; the epochs are the sidebar's.",
        ):
            _resume(upload)
        if reason:
            st.caption(as_markdown(reason), width="content")


def _resume(upload: Upload) -> None:
    sidebar = session.config()
    assert sidebar is not None
    config = resume_config(upload.inspection, sidebar, upload.assumed)
    run = server.jobs().start_run(config, checkpoint=upload.path)
    session.set_current_run(run)
    st.switch_page("app_pages/train.py")
