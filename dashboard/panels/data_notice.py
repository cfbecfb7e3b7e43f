"""What a page shows while its data set is missing: progress, a button, or the bundled digits."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import session
from dashboard.server import data_sets
from dashboard.server.data_sets import FIRST, SPARE, Source
from dashboard.session.problems import friendly_errors
from dashboard.settings import form
from dashboard.words.choices import choice_name
from dashboard.words.translation import _
from dashboard.words.wording import file_size
from mlcore.config import RunConfig, data_root
from mlcore.data import CATALOG
from mlcore.presets import PAGE_PRESET, PRESETS, SPARE_PRESET, preset_of

__all__ = ["data_notice"]

_WANTED = "data-wanted"  # the data set that this session asked to be fetched
_CLOSED = "offline-read"  # whether it was read that the app works without MNIST
_DIGITS = CATALOG[SPARE].train_images + CATALOG[SPARE].test_images


def data_notice(config: RunConfig) -> bool:
    """Say what the data of these settings lack; True when they can be used.

    MNIST is fetched without being asked, since the page starts with it. Where that fails, the
    settings change to the bundled digits, with a button to try again. Other data sets are
    fetched when a person asks for them.
    """
    root = data_root(config.data)
    now = data_sets.source(config.data.name, root)
    if now.state == "missing" and now.name == FIRST:
        data_sets.start(FIRST, root)
        now = data_sets.source(FIRST, root)
    if now.state == "failed" and now.name == FIRST:
        _take_spare(config)
    if now.name == SPARE:
        _offer_first(config, root)
    elif now.state == "fetching":
        _progress(now.name, root)
    elif not now.usable:
        _offer(now, root)
    return now.usable


def _take_spare(config: RunConfig) -> None:
    """Put the bundled digits into the settings and start the page again."""
    if preset_of(config) == PAGE_PRESET:
        session.apply(PRESETS[SPARE_PRESET])
    else:
        session.change("data.name", SPARE)
        for name, value in form.fit_to_data(session.values()).items():
            session.change(name, value)
    st.rerun()


def _offer_first(config: RunConfig, root: Path) -> None:
    """On the bundled digits: say why, where MNIST could not be downloaded, and offer to retry."""
    first = data_sets.source(FIRST, root)
    if first.state == "fetching":
        _progress(FIRST, root)
    elif first.state == "failed":
        if st.session_state.get(_CLOSED):
            return
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", gap="small", key="offline"
        ):
            text = _(
                "MNIST is not on this machine and could not be downloaded, so the app works with "
                "{images:,} handwritten digits that come with it. Everything else is the same.",
                images=_DIGITS,
            )
            st.markdown(f":small[:material/cloud_off: {text}]", width="stretch")
            st.button(
                _("Try the download again"),
                key="fetch-again",
                icon=":material/refresh:",
                on_click=_start,
                args=(FIRST, root),
            )
            with st.popover(_("Why?"), type="tertiary"):
                st.write(first.message)
            st.button(_("Close"), key="close-offline", type="tertiary", on_click=_close)
    elif (
        first.usable
        and st.session_state.get(_WANTED) == FIRST
        and preset_of(config) == SPARE_PRESET
    ):
        del st.session_state[_WANTED]
        session.apply(
            PRESETS[PAGE_PRESET], _("MNIST has been downloaded, and the settings use it.")
        )
        st.rerun()


def _close() -> None:
    """It was read; whoever chooses MNIST in the sidebar is offered the download again."""
    st.session_state[_CLOSED] = True


def _offer(now: Source, root: Path) -> None:
    """A data set that is missing or damaged: why, and a button to download it."""
    values = {"data": choice_name(now.name), "size": file_size(now.size)}
    if now.state == "missing":
        icon, text = ":material/download:", _("{data} is not on this machine yet.", **values)
        label = _("Download {data} ({size})", **values)
    else:
        icon = ":material/broken_image:" if now.state == "damaged" else ":material/cloud_off:"
        text = now.message
        label = _("Download {data} again ({size})", **values)
    with st.container(border=True, key="offer"):
        st.markdown(f"{icon} {text}")
        with st.container(horizontal=True):
            st.button(
                label,
                key="fetch",
                type="primary",
                on_click=_start,
                args=(now.name, root),
            )
            _spare_button()


def _spare_button() -> None:
    st.button(
        _("Use the bundled digits"),
        key="use-digits",
        help=_("{images:,} small handwritten digits that need no network.", images=_DIGITS),
        on_click=session.apply,
        args=(PRESETS[SPARE_PRESET],),
    )


def _start(name: str, root: Path) -> None:
    st.session_state[_WANTED] = name
    st.session_state.pop(_CLOSED, None)
    data_sets.start(name, root)


@st.fragment(run_every=0.5)
@friendly_errors()
def _progress(name: str, root: Path) -> None:
    """A bar that moves by itself; the whole page is drawn again when the download has ended."""
    now = data_sets.source(name, root)
    if now.state != "fetching":
        st.rerun()
    share = min(now.done / now.total, 1.0) if now.total else 0.0
    with st.container(border=True, key="fetching"):
        st.progress(share, _downloading(now))
        if session.values()["data.name"] != SPARE:
            _spare_button()


def _downloading(now: Source) -> str:
    data = choice_name(now.name)
    if now.total:
        return _(
            "Downloading {data} ({file}): {done} of {total}",
            data=data,
            file=now.file,
            done=file_size(now.done),
            total=file_size(now.total),
        )
    if now.file:
        return _("Downloading {data} ({file})", data=data, file=now.file)
    return _("Downloading {data}", data=data)
