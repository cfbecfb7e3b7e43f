"""“Wrong? Say what it is”: drawings kept with their label, in a set of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.server.drawings import kept
from dashboard.session import drawn, problems
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown
from mlcore.data.drawings import count_drawings, forget_drawing, pack_drawings

__all__ = ["own_set"]

_BUTTONS = 12  # classes at most that have a button each
_LABEL, _SAID = "keep-label", "keep-said"


def own_set(classes: Sequence[str], root: Path) -> None:
    """Buttons that keep the drawing, how many there are, and what can be done with them.

    Args:
        classes: names of the labels.
        root: folder of the data sets.
    """
    st.header(_("Wrong? Say what it is"), anchor=False)
    empty = drawn.current() is None
    with st.container(horizontal=True, vertical_alignment="bottom", key="keep"):
        if len(classes) <= _BUTTONS:
            for label in classes:
                st.button(
                    as_markdown(label),
                    key=f"keep-{label}",
                    on_click=_keep,
                    args=(label, root),
                    disabled=empty,
                )
        else:
            chosen = st.selectbox(_("It is"), list(classes), key=_LABEL, width=180)
            st.button(
                _("Keep"),
                key="keep-chosen",
                icon=":material/save:",
                on_click=_keep,
                args=(chosen, root),
                disabled=empty,
            )
    problems.show()
    _what_there_is(root)


def _what_there_is(root: Path) -> None:
    counts = count_drawings(root)
    total = sum(counts.values())
    said = str(st.session_state.pop(_SAID, ""))
    if not total:
        st.caption(
            said
            or _(
                "It is kept with this label in a set of your own, to train on or to test with. "
                "Nothing is in it yet."
            )
        )
        return
    each = ", ".join(f"{label}: {count:,}" for label, count in sorted(counts.items()))
    with st.container(horizontal=True, vertical_alignment="center", key="own-set"):
        st.caption(
            as_markdown(
                f"{said} "
                + ngettext(
                    "{n:,} drawing in the set ({each}).",
                    "{n:,} drawings in the set ({each}).",
                    total,
                    each=each,
                )
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
        )
        if (last := drawn.last_kept()) is not None:
            st.button(
                _("Delete the last one"),
                key="forget-drawing",
                icon=":material/undo:",
                on_click=_forget,
                args=(last,),
            )


def _keep(label: str, root: Path) -> None:
    now = drawn.current()
    if now is None:
        return
    with problems.caught():
        drawn.keep(kept(now.path, label, root, black=now.strokes))
        st.session_state[_SAID] = _("Kept as {label}.", label=label)


def _forget(file: Path) -> None:
    with problems.caught():
        forget_drawing(file)
        drawn.forget_last()
        st.session_state[_SAID] = _("Deleted.")
