"""The address bar: it carries the settings and the shown run, so that a link does too.

It is read when a session starts (`settings`, `shown`) and written after every run of the script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.session.shown import RUN_PARAMETER, current_run
from dashboard.settings.link import LINKED, write_link

if TYPE_CHECKING:
    from mlcore.config import RunConfig

__all__ = ["write_address"]


def write_address(config: RunConfig | None) -> None:
    """Make the address carry the settings and the current run; other parameters stay."""
    wanted = write_link(config) if config else {}
    if run := current_run():
        wanted[RUN_PARAMETER] = run
    own = {*LINKED, RUN_PARAMETER} if config else {RUN_PARAMETER}
    present = st.query_params.to_dict()
    if wanted != {name: text for name, text in present.items() if name in own}:
        rest = {name: text for name, text in present.items() if name not in own}
        st.query_params.from_dict(rest | wanted)
