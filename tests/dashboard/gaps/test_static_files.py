"""Files that browsers keep."""

from __future__ import annotations

import time

from dashboard.gaps.static_files import publish_file


def test_a_published_file_is_whole_and_old(tmp_path):
    source = tmp_path / "source.js"
    source.write_text("1 + 1")
    target = tmp_path / "static" / "sum-1.0.js"
    assert publish_file(source, target)
    assert target.read_text() == "1 + 1"
    assert time.time() - target.stat().st_mtime > 365 * 86_400
    assert [path.name for path in target.parent.iterdir()] == [target.name]
