"""Streamlit's private names, which `dashboard.gaps` replaces."""

from __future__ import annotations

import importlib.metadata
import pkgutil
from typing import Any

import pytest

__all__ = ["private"]


def private(name: str) -> Any:
    """What a name such as "package.module:Class.method" stands for; the test fails without it."""
    try:
        return pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        release = importlib.metadata.version("streamlit")
        pytest.fail(
            f"Streamlit {release} has no `{name}`, which `dashboard.gaps` needs: do not raise the "
            "upper bound of streamlit in pyproject.toml before that gap is closed another way."
        )
