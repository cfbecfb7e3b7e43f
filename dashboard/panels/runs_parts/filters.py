"""What is listed: a condition, typed or put together, the columns, and the table as a file."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.session import run_view
from dashboard.session.run_view import DEFAULT_COLUMNS, DIFFERING, RunView
from dashboard.words.run_cells import column_label, column_text
from dashboard.words.translation import N_, _, ngettext, sentence, translated
from dashboard.words.wording import refusal
from mlcore.errors import SettingsError
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, Column
from mlcore.runs.library.condition import LONGEST_CONDITION, as_term
from mlcore.runs.library.table_file import TABLE_FORMATS, table_file

__all__ = ["filters"]

_NAMED = ("text", "tags", "choice", "switch", "sizes")
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_FORMS = {"csv": N_("CSV"), "json": N_("JSON"), "parquet": N_("Parquet")}
_WHAT_FOR = {
    "csv": N_("For a spreadsheet: a row for each run."),
    "json": N_("For a script: a list of runs, each with its figures and settings."),
    "parquet": N_("For pandas and the like: columns with their types."),
}
_LISTED = 100  # values to choose from


def filters(runs: Sequence[RunInfo], view: RunView, listed: Sequence[RunInfo]) -> None:
    """The row above the table; below it how many runs are listed, or what is wrong."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="runs-filters"
    ):
        widget = show("runs-where", view.where, run_view.filter_by)
        st.text_input(
            _("Filter"),
            widget.value,
            key=widget.key,
            max_chars=LONGEST_CONDITION,
            placeholder=_(
                "A text, or a condition: lr < 0.01 and optimizer = adam and tag = homework"
            ),
            icon=":material/search:",
            help=_help(),
            width="stretch",
        )
        _by_column(runs)
        _columns(view)
        _download(listed)
    _how_many(runs, view, listed)


def _help() -> str:
    return _(
        "Compare a column by `=`, `!=`, `<`, `<=`, `>`, `>=`, `~` (holds the text) or `in` "
        "(`seed in 1, 2`), and join by `and`, `or`, `not` and brackets. Columns: {columns}, and "
        "every setting, such as `lr`, `optimizer` or `train.seed`; or their headings in English, "
        "such as `Test accuracy`. Accuracies as `97 %`, times as `2 min`, days as "
        "`2026-11-28`; `none` is what is not known. A text alone is looked for in names, tags and "
        "notes.",
        columns=", ".join(f"`{name}`" for name, column in COLUMNS.items() if not column.setting),
    )


def _how_many(runs: Sequence[RunInfo], view: RunView, listed: Sequence[RunInfo]) -> None:
    try:
        view.condition()
    except SettingsError as error:
        st.markdown(refusal(sentence(error)))
        st.caption(
            ngettext(
                "Not filtered: all {n:,} run is listed.",
                "Not filtered: all {n:,} runs are listed.",
                len(runs),
            )
        )
        return
    if not view.where:
        st.caption(ngettext("{n:,} run", "{n:,} runs", len(runs)))
    else:
        st.caption(_("{n:,} of {all:,} runs", n=len(listed), all=len(runs)))


def _by_column(runs: Sequence[RunInfo]) -> None:
    """A menu that adds a comparison to the condition, for those who do not type."""
    with st.popover(
        _("By column"),
        icon=":material/filter_alt:",
        key="runs-filter",
        help=_("Puts a condition together without typing it."),
    ):
        name = st.selectbox(
            _("Column"),
            list(COLUMNS),
            format_func=lambda name: column_label(COLUMNS[name]),
            key="runs-filter-column",
            help=_("Which figure or setting the runs are compared by."),
        )
        column = COLUMNS[name]
        sign, value = _named(column, runs) if column.kind in _NAMED else _figure(column)
        st.button(
            _("Add to the filter"),
            key="runs-filter-add",
            type="primary",
            disabled=not value,
            on_click=_add,
            args=(name, sign, value),
            help=_("Joins it by “and” to what is there."),
        )


def _named(column: Column, runs: Sequence[RunInfo]) -> tuple[str, str]:
    """One of the values that there are."""
    values: dict[str, str] = {}
    for info in runs:
        cell = column.read(info)
        for item in cell if isinstance(cell, tuple) and column.kind == "tags" else (cell,):
            if (text := _typed(item)) and len(values) < _LISTED:
                values.setdefault(text, column_text(column, item).removeprefix("#"))
    chosen = st.selectbox(
        _("is"),
        sorted(values, key=lambda text: values[text].casefold()),
        format_func=lambda text: values.get(text, text),
        key=f"runs-filter-value-{column.name}",
        help=_("What the column must be for a run to be listed."),
    )
    return "=", chosen or ""


def _figure(column: Column) -> tuple[str, str]:
    sign = st.segmented_control(
        _("is"),
        _SIGNS,
        default=">",
        required=True,
        key="runs-filter-sign",
        help=_("What the column must be for a run to be listed."),
    )
    examples = {"share": "97 %", "seconds": "2 min", "moment": "2026-11-28"}
    value = st.text_input(
        _("Value"),
        key=f"runs-filter-value-{column.name}",
        placeholder=examples.get(column.kind, ""),
        help=_("A number, a share such as 97 %, a time such as 2 min, or a day."),
    )
    return sign or ">", value.strip()


def _typed(cell: Any) -> str:
    """A cell as a condition takes it."""
    if isinstance(cell, bool):
        return "on" if cell else "off"
    if isinstance(cell, tuple):
        return ",".join(map(str, cell)) or "none"
    return "" if cell is None else str(cell)


def _add(name: str, sign: str, value: str) -> None:
    before = run_view.current_view().where
    plain = value.replace(",", "").replace(".", "").replace("_", "").replace("-", "").isalnum()
    quote = "'" if '"' in value else '"'
    compared = f"{name} {sign} {value if plain else quote + value + quote}"
    run_view.filter_by(f"{as_term(before)} and {compared}" if before.strip() else compared)


def _columns(view: RunView) -> None:
    with st.popover(
        _("Columns"),
        icon=":material/view_column:",
        key="runs-columns",
        help=_("Which figures and settings the table shows."),
    ):
        widget = show("runs-columns-chosen", list(view.columns), run_view.choose_columns)
        names = [*view.columns, *(n for n in (DIFFERING, *COLUMNS) if n not in view.columns)]
        st.multiselect(
            _("Columns, in their order"),
            [name for name in names if name != "name"],
            default=widget.value,
            key=widget.key,
            format_func=lambda name: (
                _("Settings that differ") if name == DIFFERING else column_label(COLUMNS[name])
            ),
            select_all=False,
            help=_(
                "“Settings that differ” stands for those in which the listed runs are not alike."
            ),
        )
        st.button(
            _("As at first"),
            key="runs-columns-reset",
            disabled=view.columns == DEFAULT_COLUMNS,
            on_click=run_view.choose_columns,
            args=(DEFAULT_COLUMNS,),
            help=_("Back to the columns that the page starts with."),
        )


def _download(listed: Sequence[RunInfo]) -> None:
    """The listed runs as a file, written when it is asked for."""
    with st.popover(
        _("Export"),
        icon=":material/download:",
        key="runs-export",
        help=_("The listed runs as a file for a spreadsheet or a script."),
    ):
        st.caption(_("The listed runs, with every figure and setting."))
        for form, kind in TABLE_FORMATS.items():
            st.download_button(
                translated(_FORMS[form]),
                functools.partial(table_file, listed, form),
                f"runs.{form}",
                kind,
                key=f"runs-export-{form}",
                disabled=not listed,
                on_click="ignore",
                width="stretch",
                help=translated(_WHAT_FOR[form]),
            )
