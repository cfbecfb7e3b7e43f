from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Script = Callable[..., AppTest]


def test_a_change_takes_the_notes_away_and_a_preset_may_bring_one(script: Script) -> None:
    body = (
        "say(session.notes())\nsession.change('train.epochs', 6)\nsay(session.notes())\n"
        "session.apply(PRESETS['Adam'], 'Why.')\n"
        "say(session.notes(), session.values() == PRESETS['Adam'].flat())"
    )
    written = [item.value for item in script(body, optim__lr="-1").text]
    assert "Learning rate" in written[0]
    assert written[1] == "[]"
    assert written[2] == "['Why.'] True"


def test_a_fresh_session_has_the_settings_of_the_first_preset(script: Script) -> None:
    page = script(
        "say(session.values() == PRESETS['Quick start'].flat())\n"
        "session.change('train.epochs', 6)\n"
        "say(session.values() == PRESETS['Quick start'].flat())"
    )
    assert [item.value for item in page.text] == ["True", "False"]


def test_data_can_be_shown_while_another_setting_is_refused(script: Script) -> None:
    page = script(
        "session.change('data.name', 'digits')\nsession.change('optim.lr', 0.0)\n"
        "say(session.config(), session.data_name(), session.data_config().data.validation)"
    )
    assert page.text[0].value == "None digits 200"


def test_what_a_person_touched_counts_until_another_run_is_shown(script: Script) -> None:
    page = script(
        "session.change('train.epochs', 6)\nsay(sorted(session.touched()))\n"
        "session.enter('optim.lr', 0.5)\nsay(sorted(session.touched()))\n"
        "session.choose(PRESETS['Adam'])\nsay('optim.name' in session.touched())\n"
        "session.put_back(PRESETS['Quick start'])\nsay(sorted(session.touched()))\n"
        "say(session.values() == PRESETS['Quick start'].flat())\n"
        "session.enter('optim.lr', 0.5)\nsession.set_current_run('a')\n"
        "say(sorted(session.touched()))"
    )
    written = [item.value for item in page.text]
    assert written == ["[]", "['optim.lr']", "True", "[]", "True", "[]"]
