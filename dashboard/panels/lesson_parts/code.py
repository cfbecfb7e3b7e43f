"""The code of both sides, read from what is really run, with the lines marked that differ."""

from __future__ import annotations

import streamlit as st

from dashboard.components.code_view import CodeInfo, code_view
from dashboard.panels.code import changed_lines
from dashboard.words.translation import _, ngettext, translated
from mlcore.lessons import Lesson, Side
from mlcore.lessons.source import body_of, source_of

__all__ = ["both_codes"]

_SHARED = ("kit.network", "kit.accuracy", "kit.share_right")


def both_codes(lesson: Lesson) -> None:
    """Wrong and right beside each other, and folded below what both of them use."""
    st.subheader(_("The code"), anchor=False)
    wrong, right = (body_of(lesson.code(side)) for side in (lesson.wrong, lesson.right))
    columns = st.columns(2, gap="medium")
    with columns[0]:
        _one(lesson.wrong, wrong, changed_lines(right, wrong), "lesson-wrong")
    with columns[1]:
        _one(lesson.right, right, changed_lines(wrong, right), "lesson-right")
    with st.expander(_("The rest of the code"), key="lesson-rest"):
        st.caption(
            _(
                "The two codes are the lines that were run, read from the program itself. Its "
                "`data` are the bundled digits, normalised; `yield` hands the loss and the network "
                "to the chart."
            )
        )
        st.code("\n\n\n".join(map(source_of, _rest(lesson, wrong + right))), language="python")


def _one(side: Side, code: str, marked: list[int], key: str) -> None:
    st.markdown(f"**{translated(side.label)}**")
    n = len(marked)
    said = ngettext("{n} line differs", "{n} lines differ", n) if marked else ""
    info = CodeInfo(code=code, label=translated(side.label), marked=marked, said=said, wraps=True)
    code_view(info, key=key)


def _rest(lesson: Lesson, shown: str) -> list[str]:
    """What is run and not shown above: the other functions of the sides, and what these call."""
    sides = (lesson.wrong, lesson.right)
    others = [side.train if lesson.measuring else side.measure for side in sides]
    found = list(dict.fromkeys(others))
    text = shown + "".join(map(source_of, found))
    for name in _SHARED:
        if name not in found and f"{name.partition('.')[2]}(" in text:
            found.append(name)
    return found
