"""What the columns of a table say: the sign beside a heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

__all__ = ["column_help"]


def column_help(texts: Mapping[str, str]) -> dict[str, Any]:
    """Heading → text, as `st.dataframe` takes it for its columns."""
    return {name: st.column_config.Column(help=text) for name, text in texts.items()}
