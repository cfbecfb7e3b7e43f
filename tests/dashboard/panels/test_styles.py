from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = "from dashboard.panels.styles import styles\nstyles('style', 'reading')\n"


@pytest.fixture
def sheets() -> Callable[..., list[str]]:
    def sent(**address: str) -> list[str]:
        page = AppTest.from_string(SCRIPT)
        for name, value in address.items():
            page.query_params[name] = value
        page.run()
        assert not page.exception
        return [element.proto.body for element in page.get("html")]

    return sent


def test_a_projector_has_a_sheet_of_its_own_and_needs_wider_windows(
    sheets: Callable[..., list[str]],
) -> None:
    plain, large = sheets(), sheets(projector="1")
    assert len(plain) == 2
    assert len(large) == 3
    assert "@media (max-width: 640px)" in plain[0]
    assert (
        "@media (max-width: 800px) and (max-width: 1599.98px),"
        " (max-width: 960px) and (min-width: 1600px)" in large[0]
    )
    assert "font-size: 125%" in large[2]
    assert "(max-width: 640px)" not in large[0]
