"""What a component has drawn ends when its place has left the page, and not before."""

from __future__ import annotations

import pytest

from dashboard.components.script import LASTING

pytestmark = pytest.mark.browser


def test_a_call_that_newer_data_have_overtaken_ends_nothing(page):
    page.set_content("<div id='place'></div>")
    ended = page.evaluate(
        """(script) => new Promise((done) => {
            const whenGone = new Function(`${script}; return whenGone;`)();
            const place = document.getElementById("place"), ended = [];
            whenGone(place, () => ended.push("while it was there"))();
            setTimeout(() => {
                place.remove();
                whenGone(place, () => ended.push("when it was gone"))();
                setTimeout(() => done(ended), 20);
            }, 20);
        })""",
        LASTING,
    )
    assert ended == ["when it was gone"]
