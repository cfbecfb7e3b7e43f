"""Where on a page a person is, in the session and in the address."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from dashboard.session import places

    st.write(places.place("part") or "nowhere")
    st.button("on", on_click=places.go_to, kwargs={"part": "sure"})
    st.button("off", on_click=places.go_to, kwargs={"part": None})
    places.write_in_address({"part": places.place("part")})


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(script)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def test_a_link_leads_there() -> None:
    assert opened(part="image").markdown[0].value == "image"


def test_the_address_follows_and_keeps_the_rest() -> None:
    app = opened(run="7")
    app.button[0].click().run()
    assert app.markdown[0].value == "sure"
    assert app.query_params == {"run": "7", "part": "sure"}
    app.button[1].click().run()
    assert app.markdown[0].value == "nowhere"
    assert app.query_params == {"run": "7"}


def test_what_the_browser_still_says_of_its_address_does_not_count() -> None:
    app = opened(part="image")
    app.button[0].click().run()
    app.query_params["part"] = "image"
    app.run()
    assert app.markdown[0].value == "sure"


def test_a_page_is_wanted_until_it_is_drawn_or_another_is_chosen():
    import streamlit as st

    from dashboard.session import places

    st.session_state.clear()
    places.arrive("data")
    assert places.wanted_page("data") is None
    assert places.here() == "data"
    places.leave_for("test", "data")
    assert [places.wanted_page("data") for _ in range(2)] == ["test", "test"]
    assert places.wanted_page("test") is None
    assert places.wanted_page("data") is None
    places.leave_for("test", "data")
    assert places.wanted_page("runs") is None  # a click in the navigation came after it
    assert places.wanted_page("data") is None
    places.leave_for("data", "data")
    assert places.wanted_page("data") is None
    places.arrive("test")
    places.leave_for("test", "data")  # the second click of two: the browser is where it was
    assert places.wanted_page("data") == "test"
    st.session_state.clear()


def waiting_script() -> None:
    import streamlit as st

    from dashboard.session import places

    places.arrive(st.session_state.get("page", "train"))
    st.button("link", on_click=places.reveal, args=("saliency", "test"))
    if st.session_state.get("drawn"):
        places.reveal_what_waited()
    else:
        places.wait_to_reveal()


def test_what_a_link_leads_to_comes_into_sight_when_it_can_be_drawn_and_on_its_page_alone() -> None:
    app = AppTest.from_function(waiting_script).run()
    app.button[0].click().run()
    for page, requests in (("draw", 1), ("test", 2)):
        app.session_state["page"], app.session_state["drawn"] = page, False
        app.run()
        app.session_state["drawn"] = True
        app.run()
        assert app.session_state["places-revealed"] == ("saliency", requests), page
