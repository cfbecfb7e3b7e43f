"""The drawing of the network on the Train page: asked for while a run trains and it is open."""

from __future__ import annotations

import struct

from dashboard.server import data_sets
from mlcore.errors import DataMissingError
from mlcore.events import Paused
from mlcore.runs.record.live import ask_picture, asked_images, write_picture
from tests.dashboard.diagrams import made_diagram
from tests.dashboard.train_page import EPOCH, STARTED, STEPS, opened, record, sentences


def drawn(app):
    """The headers of the drawings on the page."""
    found = []
    for node in app.main.get("bidi_component"):
        if node.proto.component_name.endswith("network"):
            message = node.proto.bytes
            (size,) = struct.unpack_from("<I", message)
            found.append(message[4 : 4 + size])
    return found


def picture(folder, **changes):
    ask_picture(folder.path, changes.get("image", 0))
    write_picture(folder.path, made_diagram(**changes).to_json())


def test_a_run_that_trains_is_asked_for_pictures_and_the_last_one_is_drawn(made):
    folder = made(STARTED, STEPS, EPOCH, alive=True)
    app = opened(run=folder.id)
    assert asked_images(folder.path) == (0,)
    assert drawn(app) == []
    picture(folder)
    app.run()
    (header,) = drawn(app)
    assert b'"step":39' in header
    assert "Test image 0 is a 2; the network says a 3 with 60.0\N{NO-BREAK SPACE}%." in sentences(
        app
    ).replace("\\", "")
    assert "16 of 128 in fc1" in sentences(app)


def test_nothing_is_asked_while_it_is_folded_and_that_is_kept(made):
    folder = made(STARTED, STEPS, alive=True)
    app = opened(run=folder.id)
    app.session_state["network-open-kept"] = False
    for file in (folder.path / "live").iterdir():
        file.unlink()
    app.switch_page("app_pages/data.py").run()
    app.switch_page("app_pages/train.py").run()
    assert asked_images(folder.path) == ()
    assert "network-next" not in {button.key for button in app.main.button}


def test_another_image_is_asked_for_and_the_last_drawing_stays_until_it_comes(made):
    folder = made(STARTED, STEPS, alive=True)
    picture(folder)
    app = opened(run=folder.id)
    app.button(key="network-next").click().run()
    assert asked_images(folder.path) == (0, 1)
    assert b'"image":0' in drawn(app)[0]
    picture(folder, image=1, step=41)
    app.run()
    assert b'"image":1' in drawn(app)[0]
    app.text_input(key="network-image-field").set_value("9999").run()
    assert not app.exception
    assert b'"image":1' in drawn(app)[0]


def test_the_next_image_of_a_class_is_found_in_the_test_set(made):
    from mlcore.data import load_raw

    folder = made(STARTED, STEPS, alive=True)
    app = opened(run=folder.id)
    app.selectbox(key="network-class").set_value(7).run()
    (image,) = set(asked_images(folder.path)) - {0}
    labels = load_raw("digits", folder.path).test.labels
    assert labels[image] == 7
    assert 7 not in labels[1:image]


def test_where_the_images_are_gone_the_page_says_so(made, monkeypatch):
    folder = made(STARTED, STEPS, alive=True)
    app = opened(run=folder.id)

    def gone(*_):
        raise DataMissingError("The images of {data} are gone.", data="digits")

    monkeypatch.setattr(data_sets, "images", gone)
    app.selectbox(key="network-class").set_value(7).run()
    assert not app.exception
    assert any("are gone" in one.value for one in app.error)


def test_after_a_single_step_the_change_of_the_weights_is_drawn(made):
    folder = made(STARTED, STEPS, alive=True)
    record(folder, Paused(step=39, epoch=1))
    picture(folder, since=38)
    app = opened(run=folder.id)
    app.segmented_control(key="network-view").set_value("change").run()
    assert b'"view":"change"' in drawn(app)[0]
    assert "Step 39 changed a drawn weight by" in sentences(app)
    assert "gradient" in sentences(app)


def test_a_picture_that_is_damaged_is_not_drawn(made):
    folder = made(STARTED, STEPS, alive=True)
    app = opened(run=folder.id)
    for text in ("{", '{"step": 1}', "[1]", '{"layers": [{"units": ["a"]}]}'):
        (folder.path / "live" / "picture.json").write_text(text)
        app.run()
        assert not app.exception
        assert drawn(app) == []


def test_the_legend_says_what_is_drawn_of_the_weights(made):
    folder = made(STARTED, STEPS, alive=True)
    record(folder, Paused(step=39, epoch=1))
    picture(folder, since=38)
    app = opened(run=folder.id)

    def legend():
        (told,) = (one.proto.body for one in app.main.get("html") if "'signs'" in one.proto.body)
        return told

    assert "positive weight" in legend()
    app.segmented_control(key="network-view").set_value("change").run()
    assert "weight that rose" in legend()
    assert "positive weight" not in legend()
