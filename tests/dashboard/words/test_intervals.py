from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboard.words.intervals import (
    accuracy_range,
    run_accuracy_range,
    what_means_something,
    which_is_better,
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
        "By its accuracy alone, another model would have to differ by 40 of the 10,000 images "
        "(0.40 points) or more"
    )
    assert what_means_something(2, 3) == "3 images are too few to tell one model from another."


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (4, 4, "images, the second alone on 4. The first and the second cannot be told apart with"),
        (3, 5, "right on 3 images, the second alone on 5. The first and the second cannot be told"),
        (2, 40, "on 2 images, the second alone on 40. The second is better than the first: by 38."),
        (40, 2, "on 40 images, the second alone on 2. The second is worse than the first: by 38."),
    ],
)
def test_two_models_in_plain_words(first: int, second: int, says: str) -> None:
    found = Comparison(
        accuracy=(1 - (second + 1) / 100, 1 - (first + 1) / 100),
        only_first_right=np.arange(first),
        only_second_right=np.arange(second),
        difference=np.zeros((2, 2), np.int64),
        mcnemar_p=mcnemar(first, second),
        images=100,
    )
    assert says in which_is_better(found)


def test_nothing_is_said_of_seeds_where_both_are_of_one_run() -> None:
    found = Comparison(
        accuracy=(0.6, 0.8),
        only_first_right=np.arange(5),
        only_second_right=np.arange(25),
        difference=np.zeros((2, 2), np.int64),
        mcnemar_p=mcnemar(5, 25),
        images=100,
    )
    assert "but another seed alone can do that" in which_is_better(found)
    words = which_is_better(found, own=True)
    assert "seed" not in words
    assert "The second is better than the first: by 20.00 points" in words
