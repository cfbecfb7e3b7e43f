"""Plain data reaches a component as it is, and pandas is not imported to find that out."""

from __future__ import annotations

import subprocess
import sys

_LOOK = """
import json, sys
from dashboard.gaps import component_data
assert component_data.patch()
from streamlit.components.v2.bidi_component.serialization import serialize_mixed_data
from streamlit.proto.BidiComponent_pb2 import BidiComponent
data = {"rows": [{"name": "a", "cells": [["0.5", ""]]}], "words": {"all": "All"}, "echo": 3}
sent = BidiComponent()
serialize_mixed_data(data, sent)
assert json.loads(sent.json) == data
assert not {"pandas", "pyarrow"} & set(sys.modules), "imported"
"""

_TABLE = """
import pandas
from dashboard.gaps import component_data
component_data.patch()
from streamlit.components.v2.bidi_component.serialization import serialize_mixed_data
from streamlit.proto.BidiComponent_pb2 import BidiComponent
sent = BidiComponent()
serialize_mixed_data({"table": pandas.DataFrame({"a": [1, 2]})}, sent)
assert len(sent.mixed.arrow_blobs) == 1
"""


def run(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_lists_and_dicts_need_no_pandas() -> None:
    run(_LOOK)


def test_a_data_frame_is_still_one() -> None:
    run(_TABLE)
