"""plotly.js is put where the server finds it."""

from __future__ import annotations

from importlib import metadata

import pytest

from dashboard.components import plotly_js

NAME = f"plotly-{metadata.version('plotly')}.min.js"


def test_plotly_is_copied_whole_under_a_name_with_its_version(tmp_path):
    assert plotly_js.publish(tmp_path / "static") == NAME
    copy = tmp_path / "static" / NAME
    assert copy.read_bytes() == plotly_js._source().read_bytes()
    assert [path.name for path in (tmp_path / "static").iterdir()] == [NAME]


def test_a_copy_that_is_there_is_left_alone(tmp_path):
    plotly_js.publish(tmp_path)
    before = (tmp_path / NAME).stat().st_ino
    plotly_js.publish(tmp_path)
    assert (tmp_path / NAME).stat().st_ino == before


def test_a_torn_copy_is_replaced_and_other_versions_go(tmp_path):
    (tmp_path / NAME).write_text("torn")
    (tmp_path / "plotly-1.0.0.min.js").write_text("old")
    (tmp_path / "mine.txt").write_text("kept")
    plotly_js.publish(tmp_path)
    assert (tmp_path / NAME).stat().st_size == plotly_js._source().stat().st_size
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", NAME]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "static").write_text("a file is in the way")
    assert plotly_js.publish(tmp_path / "static") is None


@pytest.mark.parametrize(
    ("static", "base", "expected"),
    [
        (True, "", f"/app/static/{NAME}"),
        (True, "/tools/mlp/", f"/tools/mlp/app/static/{NAME}"),
        (False, "", ""),
    ],
)
def test_the_address_contains_the_base_path_of_the_server(monkeypatch, static, base, expected):
    options = {"server.enableStaticServing": static, "server.baseUrlPath": base}
    monkeypatch.setattr(plotly_js.st, "get_option", options.get)
    monkeypatch.setattr(plotly_js, "_published", lambda: NAME)
    assert plotly_js.url() == expected
