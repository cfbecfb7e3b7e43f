"""The library's public names load when they are used, and torch not before."""

import json
import subprocess
import sys

import pytest

import mlcore


def in_a_fresh_python(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", mlcore.__all__)
def test_every_public_name_is_there(name):
    assert getattr(mlcore, name) is not None
    assert name in dir(mlcore)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Traner'"):
        _ = mlcore.Traner


def test_importing_the_package_and_its_settings_leaves_torch_alone():
    loaded = in_a_fresh_python(
        "import mlcore, mlcore.runs, mlcore.summary, mlcore.jobs, mlcore.data, sys, json;"
        "mlcore.RunConfig(); mlcore.RunStore; mlcore.summarize(mlcore.ModelConfig(), 10);"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not {"torch", "streamlit", "plotly"} & set(loaded)


def test_importing_the_package_takes_less_than_a_fifth_of_a_second():
    seconds = [
        in_a_fresh_python(
            "import time, json; t = time.perf_counter(); import mlcore;"
            "print(json.dumps(time.perf_counter() - t))"
        )
        for _ in range(3)
    ]
    assert min(seconds) < 0.2


def test_a_model_is_summarized_under_the_earlier_name_too() -> None:
    assert mlcore.describe is mlcore.summarize
