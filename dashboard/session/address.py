"""The address bar: it carries settings, shown run, language and look, so that a link does too.

It is read when a session starts (`settings`, `shown`, `languages`, `display`) and written after
every run of the script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.session.display import PROJECTOR_PARAMETER, projector
from dashboard.session.languages import LANGUAGE_PARAMETER, chosen_language
from dashboard.session.shown import RUN_PARAMETER, current_run
from dashboard.settings.link import LINKED, write_link

if TYPE_CHECKING:
    from mlcore.config import RunConfig

__all__ = ["write_address"]


def write_address(config: RunConfig | None) -> None:
    """Make the address carry settings, current run, language and look; other parameters stay."""
    wanted = write_link(config) if config else {}
    if run := current_run():
        wanted[RUN_PARAMETER] = run
    if chosen := chosen_language():
        wanted[LANGUAGE_PARAMETER] = chosen
    if projector():
        wanted[PROJECTOR_PARAMETER] = "1"
    own = {RUN_PARAMETER, LANGUAGE_PARAMETER, PROJECTOR_PARAMETER, *(LINKED if config else ())}
    present = st.query_params.to_dict()
    if wanted != {name: text for name, text in present.items() if name in own}:
        rest = {name: text for name, text in present.items() if name not in own}
        st.query_params.from_dict(rest | wanted)
