"""What a component is given is plain data; Streamlit looks whether it might be a table.

For each list or dict in a component's data Streamlit 1.67 asks whether it is like a data frame,
and imports pandas to know: about a second of a server's first page, on every page, as no component
here is given one. So lists and dicts are called plain there, and pandas is left to who has a table.
(No upstream issue found; what may hold a data frame is looked for in
`streamlit/components/v2/bidi_component/serialization.py`.) Where a release lacks the name, the
first page is slower and nothing else.
"""

from __future__ import annotations

import functools
from types import ModuleType

__all__ = ["patch"]

_NAME = "is_dataframe_like"


@functools.cache
def patch() -> bool:
    """Apply the patch for all sessions of this server; later calls do nothing.

    Returns:
        Whether this release has the name that it replaces.
    """
    try:
        from streamlit.components.v2.bidi_component import serialization
    except ImportError:
        return False
    return _replace(serialization)


def _replace(module: ModuleType) -> bool:
    original = getattr(module, _NAME, None)
    if original is None:
        return False

    def is_table(value: object) -> bool:
        return not isinstance(value, (list, dict)) and bool(original(value))

    setattr(module, _NAME, is_table)
    return True
