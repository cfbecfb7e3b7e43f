from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session import uploads
from dashboard.session.uploads import save_upload

Script = Callable[..., AppTest]


def test_a_checkpoint_is_chosen_with_its_run_and_the_others_follow_their_last(
    script: Script,
) -> None:
    page = script(
        "session.choose_checkpoint('a', 'step-2.pt')\n"
        "say(session.current_run(), session.chosen_checkpoint('a'), session.chosen_checkpoint('b'))"
    )
    assert page.text[0].value == "a step-2.pt None"


def test_an_upload_is_shown_until_a_run_is_chosen_and_deleted_with_the_next(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = save_upload("first.pt", memoryview(b"1"), tmp_path)
    second = save_upload("second.pt", memoryview(b"2"), tmp_path)
    monkeypatch.setattr(uploads, "offered", [first, second], raising=False)
    page = script(
        "from dashboard.session.uploads import offered\n"
        "session.keep_upload(offered[0])\nsay(session.upload_chosen())\n"
        "session.set_current_run('a')\nsay(session.upload_chosen(), session.upload().name)\n"
        "session.keep_upload(offered[1])\nsay(session.upload_chosen(), session.upload().name)\n"
    )
    assert [item.value for item in page.text] == ["True", "False first.pt", "True second.pt"]
    assert (first.path.exists(), second.path.exists()) == (False, True)
