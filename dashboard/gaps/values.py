"""A widget that asks for its own value does not have those of all others put together.

Each text field, list and number of Streamlit 1.67 looks its key up in a dict that is made anew of
everything the session holds: on the Train page that is a seventh of the time a run of the script
takes. So it looks the key up in the session itself. (No upstream issue found.)

Where a release lacks the names that are replaced it is left alone; a test checks the installed one.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["patch"]


@functools.cache
def patch() -> bool:
    """Apply the patch for all sessions of this server; later calls do nothing.

    Returns:
        Whether this release has the names that it replaces.
    """
    try:
        from streamlit.runtime.state.safe_session_state import SafeSessionState

        whole = SafeSessionState.__dict__["filtered_state"].fget
    except (ImportError, AttributeError, KeyError):
        return False

    def filtered_state(self: Any) -> Mapping[str, Any]:
        return _Values(self, whole)

    SafeSessionState.filtered_state = property(filtered_state)  # type: ignore[assignment]
    return True


class _Values(Mapping[str, Any]):
    """The values by their keys: one at a time from the session, all together as Streamlit does."""

    def __init__(self, state: Any, whole: Any) -> None:
        self._state = state
        self._whole = whole

    def __contains__(self, key: object) -> bool:
        with self._state._lock:
            return key in self._state._state

    def __getitem__(self, key: str) -> Any:
        with self._state._lock:
            return self._state._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole(self._state))

    def __len__(self) -> int:
        return len(self._whole(self._state))

    def __repr__(self) -> str:
        return repr(self._whole(self._state))
