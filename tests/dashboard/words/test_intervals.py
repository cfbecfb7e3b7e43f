from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard.words.intervals import (
    accuracy_range,
    could_be_chance,
    run_accuracy_range,
    what_means_something,
)
from mlcore.insight.comparison import Comparison, mcnemar
from tests.dashboard.words.test_run_names import INFO


def test_an_accuracy_has_its_range() -> None:
    assert accuracy_range(9_812, 10_000) == "95 %: 97.83 to 98.37 %"
    assert accuracy_range(5, 5) == "95 %: 56.55 to 100.00 %"


def test_a_line_of_a_list_has_it_too() -> None:
    assert run_accuracy_range(INFO) == ""
    assert run_accuracy_range(replace(INFO, test_accuracy=0.9812)) == "97.83 to 98.37 %"


def test_which_difference_means_something() -> None:
    assert what_means_something(9_812, 10_000).startswith(
        "Another model would have to differ by 40 of the 10,000 images (0.40 points) or more"
    )
    assert what_means_something(2, 3) == "3 images are too few to tell one model from another."


@pytest.mark.parametrize(
    ("first", "second", "begins"),
    [
        (4, 4, "Each is right on 4 images that the other gets wrong: nothing speaks for either."),
        (3, 5, "The difference could be chance: the first alone is right on 3 images, the second "),
        (5, 40, "The second is better, and that is hardly chance: it alone is right on 40 images"),
        (40, 5, "The first is better, and that is hardly chance: it alone is right on 40 images"),
    ],
)
def test_two_models_in_plain_words(first: int, second: int, begins: str) -> None:
    found = Comparison(
        accuracy=(0.9, 0.9),
        only_first_right=np.arange(first),
        only_second_right=np.arange(second),
        difference=np.zeros((2, 2), np.int64),
        mcnemar_p=mcnemar(first, second),
        images=100,
    )
    assert could_be_chance(found).startswith(begins)
