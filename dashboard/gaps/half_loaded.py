"""A module that another thread is still importing is absent for Plotly.

Plotly asks whether a value is a table's column by looking pandas up in `sys.modules`, where a
module stands before its body has run. While one session's page imports pandas for a table, a
chart that another session's page draws then dies of `module 'pandas' has no attribute 'Series'`
(Plotly 7.1; Narwhals mended the same in narwhals#4067). Until the import ends nobody can hold a
value of such a module, so it is told as absent, as CPython's own import system tells it.

Where a release lacks the name, it is left alone.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["patch"]

_NAME = "get_module"
_PACKAGES = ("_plotly_utils", "plotly")


@functools.cache
def patch() -> bool:
    """Apply the patch for all sessions of this server; later calls do nothing.

    Returns:
        Whether this release has the name that it replaces.
    """
    try:
        from _plotly_utils import optional_imports  # type: ignore[import-untyped]
    except ImportError:
        return False
    original = getattr(optional_imports, _NAME, None)
    if original is None:
        return False
    replaced = _whole_modules_only(original)
    for name, module in list(sys.modules.items()):  # who has taken the name already
        if name.split(".")[0] in _PACKAGES and getattr(module, _NAME, None) is original:
            setattr(module, _NAME, replaced)
    return True


def _whole_modules_only(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_module(name: str, should_load: bool = True) -> ModuleType | None:
        module: ModuleType | None = original(name, should_load)
        spec = getattr(module, "__spec__", None)
        if not should_load and getattr(spec, "_initializing", False):
            return None
        return module

    return get_module
