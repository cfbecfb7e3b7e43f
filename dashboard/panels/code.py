"""The code of a training: what Train would start now, and what a run has done."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable

import streamlit as st

from dashboard import server, session
from dashboard.components.code_view import CodeInfo, code_view
from dashboard.words.translation import _, sentence, translated
from dashboard.words.wording import as_markdown
from mlcore.config import RunConfig
from mlcore.errors import MlcoreError
from mlcore.export import CODE_FORMATS, Recipe, command, notebook, recipe_of, script
from mlcore.runs import History
from mlcore.runs.active.queue_snapshot import QueueSnapshot
from mlcore.runs.active.threads import thread_budget

__all__ = ["changed_lines", "code_of_run", "code_to_start", "readable_cells"]

_WRITERS: dict[str, Callable[..., str]] = {
    "script": script,
    "notebook": notebook,
    "command": command,
}


def code_to_start(queue: QueueSnapshot) -> None:
    """The code of the run that Train would start now, folded; it follows the sidebar.

    Args:
        queue: what trains and what waits.
    """
    place = "code-to-start"
    folded = st.expander(
        _("Code of these settings"), key=place, icon=":material/code:", on_change="rerun"
    )
    if not folded.open:
        _forget(place)
        return
    with folded:
        config = session.config()
        if config is None:
            st.caption(_("A setting in the sidebar cannot be used; the reason is shown there."))
            return
        _draw(place, _to_start(config, queue), "train")


def code_of_run(history: History) -> None:
    """The code of a run, folded.

    Args:
        history: of the run, read up to now.
    """
    place = f"code-of-{history.folder.id}"
    folded = st.expander(
        _("Code of this run"), key=place, icon=":material/code:", on_change="rerun"
    )
    if not folded.open:
        _forget(place)
        return
    with folded:
        try:
            _draw(place, recipe_of(history), history.folder.id, history)
        except MlcoreError as error:
            st.caption(as_markdown(sentence(error)))


def _to_start(config: RunConfig, queue: QueueSnapshot) -> Recipe:
    """The settings, and where and with how many threads they would be trained."""
    device = server.jobs().device_of(config)
    threads = config.train.threads or max(1, thread_budget() // queue.at_once)
    return Recipe(
        config=config,
        device=device,
        threads=threads if device == "cpu" else 0,
        processes=config.train.processes,
    )


def _draw(place: str, recipe: Recipe, stem: str, history: History | None = None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        form: str = st.segmented_control(
            _("Form of the code"),
            list(CODE_FORMATS),
            default="script",
            required=True,
            format_func=lambda name: translated(CODE_FORMATS[name].title),
            key=f"{place}-form",
            label_visibility="collapsed",
        )
        st.caption(translated(CODE_FORMATS[form].help), width="content")
    if form == "command" and history is not None:
        recipe = recipe_of(history, whole=True)  # a command begins at the beginning
    text = _WRITERS[form](recipe, translate=translated)
    shown = readable_cells(text) if form == "notebook" else text
    info = CodeInfo(
        code=shown,
        label=translated(CODE_FORMATS[form].title),
        file=f"{stem}{CODE_FORMATS[form].suffix}",
        content=text if form == "notebook" else None,
        marked=_marks(f"{place}-{form}", shown),
    )
    code_view(info, key=f"{place}-view")


def _marks(key: str, text: str) -> list[int]:
    """The lines that the last change has moved; they stay marked until the next."""
    before, marked = st.session_state.get(key, (text, []))
    if text != before:
        marked = changed_lines(before, text)
    st.session_state[key] = text, marked
    return list(marked)


def _forget(place: str) -> None:
    """Nothing is marked when the code is shown again."""
    for form in CODE_FORMATS:
        st.session_state.pop(f"{place}-{form}", None)


def changed_lines(before: str, after: str) -> list[int]:
    """Indices of the lines of a text that are not as they were in another."""
    old, new = before.splitlines(), after.splitlines()
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [range(first, last) for kind, _i, _j, first, last in blocks if kind != "equal"]
    return [index for lines in changed for index in lines]


def readable_cells(notebook: str) -> str:
    """The cells of a notebook one after another, in the percent format that editors open."""
    cells = []
    for cell in json.loads(notebook)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
            cells.append(f"# %% [markdown]\n{text}")
        else:
            cells.append(f"# %%\n{text}")
    return "\n\n".join(cells) + "\n"
