"""What the columns of a table say: the sign beside a heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

__all__ = ["column_help"]


def column_help(texts: Mapping[str, str], *, words: int = 1) -> dict[str, Any]:
    """Heading → text, as `st.dataframe` takes it for its columns.

    Args:
        texts: of all columns, in order.
        words: how many of the first have words; the others have figures, which stand at the right.
    """
    return {
        name: st.column_config.Column(help=text, alignment="right" if place >= words else None)
        for place, (name, text) in enumerate(texts.items())
    }
