from __future__ import annotations

import csv
import io

from dashboard.panels.downloads import csv_text


def test_a_table_is_read_back_as_it_was() -> None:
    text = csv_text({"class": ["T-shirt, top", 'a "b"'], "recall": [0.1 + 0.2, None]})
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["class", "recall"], ["T-shirt, top", "0.30000000000000004"], ['a "b"', ""]]
