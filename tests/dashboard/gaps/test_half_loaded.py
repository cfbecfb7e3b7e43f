"""Charts are drawn while another thread is in the middle of importing pandas."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import importlib.abc, importlib.machinery, sys, threading
reached, go_on = threading.Event(), threading.Event()

class Halt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "pandas._config":  # early in pandas' own body
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def wait_and_run(module):
            reached.set()
            assert go_on.wait(60)
            run(module)

        spec.loader.exec_module = wait_and_run
        return spec

sys.meta_path.insert(0, Halt())
{before}
from dashboard.gaps import half_loaded
assert half_loaded.patch()
import numpy, plotly.graph_objects as go

importing = threading.Thread(target=lambda: __import__("pandas"))
importing.start()
assert reached.wait(60)
assert not hasattr(sys.modules["pandas"], "Series")
try:
    figure = go.Figure(go.Scatter(x=numpy.arange(3), y=(1, 2, 3), hovertemplate="%{{x}}"))
    assert figure.to_json()
finally:
    go_on.set()
    importing.join()

import pandas
figure = go.Figure(go.Scatter(x=pandas.Series([1, 2, 3]), hovertext=pandas.Index(["a", "b", "c"])))
assert list(figure.data[0].x) == [1, 2, 3] and list(figure.data[0].hovertext) == ["a", "b", "c"]
"""


@pytest.mark.parametrize("before", ["", "import plotly.graph_objects, plotly.io"])
def test_a_chart_is_drawn_while_pandas_is_being_imported(before: str) -> None:
    script = _SCRIPT.format(before=before)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
