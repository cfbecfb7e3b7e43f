"""“Wrong? Say what it is”: drawings kept with their label, in a set of one's own."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.server.drawings import kept
from dashboard.session import drawn, problems
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown, listed, sentences
from mlcore.data.drawings import (
    count_drawings,
    drawings_folder,
    forget_drawing,
    label_of,
    newest_drawings,
    pack_drawings,
)

__all__ = ["own_set"]

_BUTTONS = 12  # classes at most that have a button each
_SHOWN = 12  # drawings that are shown
_LABEL, _SAID = "keep-label", "keep-said"


def own_set(classes: Sequence[str], root: Path) -> None:
    """Buttons that keep the drawing, and the set: how many there are, the newest, the zip.

    Args:
        classes: names of the labels.
        root: folder of the data sets.
    """
    st.header(_("Wrong? Say what it is"), anchor=False)
    now = drawn.current()
    empty = now is None or now.unreadable
    with st.container(horizontal=True, vertical_alignment="bottom", key="keep"):
        if len(classes) <= _BUTTONS:
            for label in classes:
                st.button(
                    as_markdown(label),
                    key=f"keep-{label}",
                    help=_("Keeps the drawing with this label."),
                    on_click=_keep,
                    args=(label, root),
                    disabled=empty,
                )
        else:
            chosen = st.selectbox(
                _("It is"),
                list(classes),
                key=_LABEL,
                width=180,
                help=_("The label with which the drawing is kept."),
            )
            st.button(
                _("Keep"),
                key="keep-chosen",
                icon=":material/save:",
                on_click=_keep,
                args=(chosen, root),
                disabled=empty,
                help=_("Keeps the drawing with this label."),
            )
    problems.show()
    _what_there_is(root)


def _what_there_is(root: Path) -> None:
    counts = count_drawings(root)
    total = sum(counts.values())
    said = str(st.session_state.pop(_SAID, ""))
    where = as_markdown(str(drawings_folder(root)))
    if not total:
        nothing = _(
            "It is kept with this label as a PNG file in {folder}. Nothing is in it yet.",
            folder=where,
        )
        st.caption(sentences(said, nothing))
        return
    each = listed(f"{label}: {count:,}" for label, count in sorted(counts.items()))
    with st.container(horizontal=True, vertical_alignment="center", key="own-set"):
        st.caption(
            sentences(
                said,
                ngettext(
                    "{n:,} drawing in the set ({each}), a PNG file in {folder}.",
                    "{n:,} drawings in the set ({each}), PNG files in {folder}.",
                    total,
                    each=as_markdown(each),
                    folder=where,
                ),
            ),
            width="content",
        )
        st.download_button(
            _("Download as zip"),
            lambda: pack_drawings(root),
            "drawings.zip",
            "application/zip",
            key="download-drawings",
            icon=":material/download:",
            on_click="ignore",
            help=_("All drawings of the set, a folder for each label."),
        )
    _newest(root)
    if total > _SHOWN:
        st.caption(_("The newest {n} are shown.", n=_SHOWN))


def _newest(root: Path) -> None:
    """The drawings that were kept last, each with a button that deletes it."""
    with st.container(horizontal=True, key="kept-drawings"):
        for file in newest_drawings(root, _SHOWN):
            try:
                content = b64encode(file.read_bytes()).decode()
            except OSError:  # deleted meanwhile
                continue
            label = label_of(file)
            words = html.escape(_("Drawing kept as {label}", label=label), quote=True)
            with st.container(width=104, gap="xsmall", key=f"kept-{file.stem}"):
                st.html(
                    f"<img class='kept-drawing' alt='{words}' "
                    f"src='data:image/png;base64,{content}'><b>{html.escape(label)}</b>"
                )
                st.button(
                    _("Delete"),
                    key=f"forget-{file.stem}",
                    on_click=_forget,
                    args=(file,),
                    width="stretch",
                    help=_("Takes this drawing out of the set."),
                )


def _keep(label: str, root: Path) -> None:
    now = drawn.current()
    if now is None:
        return
    with problems.caught():
        before = sum(count_drawings(root).values())
        kept(now.path, label, root, black=now.strokes)
        new = sum(count_drawings(root).values()) > before
        values = {"label": as_markdown(label)}
        st.session_state[_SAID] = (
            _("Kept as {label}.", **values)
            if new
            else _("It is kept as {label} already.", **values)
        )


def _forget(file: Path) -> None:
    with problems.caught():
        forget_drawing(file)
        st.session_state[_SAID] = _("Deleted.")
