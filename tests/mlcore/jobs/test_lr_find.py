from __future__ import annotations

from typing import Any

import pytest

from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.lr_finder import RangeTest, suggest
from mlcore.lr_finder.finding import find
from mlcore.lr_finder.range_test import data_for

SMALL = {"data.name": "digits", "data.batch_size": 32, "model.hidden": [16], "train.device": "cpu"}


def test_the_curve_grows_and_is_the_one_of_the_library(jobs: Any, wait: Any) -> None:
    config = RunConfig.from_flat(SMALL)
    job = jobs.submit("lr-find", {"config": config.to_json()})
    wait(lambda: job.progress(), "the first steps of the test")
    found = RangeTest.from_json(job.wait(60))
    *_, plain = find(config, data_for(config))
    assert found == plain
    assert len(found.trials) == 2
    assert suggest(found, config.optim).lr is not None


def test_a_test_that_is_stopped_gives_what_it_has(jobs: Any, wait: Any) -> None:
    config = RunConfig.from_flat(
        SMALL | {"model.hidden": [2048, 2048], "data.batch_size": 512, "optim.clip_norm": 0.1}
    )
    job = jobs.submit("lr-find", {"config": config.to_json()})
    wait(lambda: job.progress(), "the first steps of the test")
    job.stop()
    found = RangeTest.from_json(job.wait(60))
    assert found.ending == ""
    assert 0 < len(found.lrs) < 200


def test_settings_that_cannot_be_trained_are_refused(jobs: Any) -> None:
    config = RunConfig.from_flat(SMALL | {"model.batch_norm": True, "data.batch_size": 1})
    with pytest.raises(SettingsError, match="batch_norm"):
        jobs.call("lr-find", {"config": config.to_json()})
