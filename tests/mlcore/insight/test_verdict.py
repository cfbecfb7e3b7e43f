"""Better, worse, or not to be told apart: what the runs of two settings say of them."""

import math

import numpy as np
import pytest
from scipy import stats

from mlcore.insight.comparison import Comparison, mcnemar
from mlcore.insight.verdict import FEWEST_RUNS, judge_groups, judge_runs, p_words, verdict_words


def models(wrong_first, wrong_second, only_first, images=1000):
    """Two models with so many mistakes, the first alone right on so many images."""
    only_second = only_first + wrong_first - wrong_second
    assert only_first <= wrong_second
    return Comparison(
        accuracy=(1 - wrong_first / images, 1 - wrong_second / images),
        only_first_right=np.arange(only_first),
        only_second_right=np.arange(only_second),
        difference=np.zeros((2, 2), np.int64),
        mcnemar_p=mcnemar(only_first, only_second),
        images=images,
    )


def test_eight_times_the_mistakes_are_more_than_a_seed_does():
    found = judge_runs(models(240, 30, 10))
    assert found.better == 2
    assert found.difference == pytest.approx(0.21)
    assert 0 < found.low < 0.21 < found.high
    assert judge_runs(models(30, 240, 220)).better == 1


def test_one_run_each_with_fewer_mistakes_between_them_tells_no_settings_apart():
    found = judge_runs(models(239, 30, 10))
    assert found.p < 1e-6
    assert found.better == 0
    words = verdict_words(found, "A", "B")
    assert words.startswith("A and B cannot be told apart by one run of each: this model of")
    assert "another seed alone can do that" in words


def test_checkpoints_of_one_run_are_told_apart_by_the_images_alone():
    found = judge_runs(models(239, 30, 10), own=True)
    assert found.better == 2
    assert verdict_words(found, "A", "B").startswith("B is better than A: by 20.90 points")
    assert judge_runs(models(30, 239, 219), own=True).better == 1
    assert judge_runs(models(1, 4, 3), own=True).better == 0


def test_a_few_mistakes_more_are_chance():
    found = judge_runs(models(1, 4, 3))
    assert found.better == 0
    assert verdict_words(found, "A", "B").startswith(
        "A and B cannot be told apart with this much data: A is ahead by 0.30 points"
    )


def test_a_model_without_mistakes_is_not_infinitely_better():
    assert judge_runs(models(2, 0, 0)).better == 0


def test_two_equal_models_do_not_differ():
    found = judge_runs(models(20, 20, 0))
    assert (found.difference, found.p, found.better) == (0, 1.0, 0)
    assert found.low == -found.high
    words = verdict_words(found, "A", "B")
    assert "their accuracy is the same to two digits (95 %: −" in words
    assert "ahead" not in words


def test_common_seeds_are_compared_pair_by_pair():
    first = {0: 0.90, 1: 0.80, 2: 0.85}
    second = {2: 0.87, 1: 0.82, 0: 0.921}
    found = judge_groups(first, second)
    oracle = stats.ttest_rel([0.921, 0.82, 0.87], [0.90, 0.80, 0.85])
    assert found.test == "paired"
    assert found.n == (3, 3)
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-10)
    assert found.better == 2
    assert verdict_words(found, "A", "B") == (
        f"B is better than A: by {found.difference * 100:.2f} points of accuracy (95 %: "
        f"{found.low * 100:.2f} to {found.high * 100:.2f}), and that is hardly chance "
        f"(paired t-test over 3 common seeds, p {p_words(found.p)})."
    )


def test_worse_is_said_with_the_interval_turned_round():
    found = judge_groups({0: 0.92, 1: 0.93, 2: 0.91}, {0: 0.81, 1: 0.83, 2: 0.79})
    assert found.better == 1
    assert "B is worse than A: by 11.00 points of accuracy (95 %: " in verdict_words(
        found, "A", "B"
    )
    assert found.high < 0


def test_other_seeds_are_compared_by_welch():
    first, second = {0: 0.9, 1: 0.8, 2: 0.85}, {10: 0.87, 11: 0.82}
    found = judge_groups(first, second)
    oracle = stats.ttest_ind(list(second.values()), list(first.values()), equal_var=False)
    assert (found.test, found.n) == ("welch", (3, 2))
    assert found.p == pytest.approx(oracle.pvalue, rel=1e-10)
    assert found.better == 0
    assert "Welch's t-test, as the seeds are not the same, 3 runs against 2" in verdict_words(
        found, "A", "B"
    )


def test_one_common_seed_of_many_makes_no_pairs():
    assert judge_groups({0: 0.9, 1: 0.8, 2: 0.7}, {2: 0.9, 3: 0.8, 4: 0.7}).test == "welch"


def test_pairs_are_made_only_where_no_run_is_left_out():
    many = {0: 0.9, 1: 0.95, 2: 0.94, 3: 0.93, 4: 0.92}
    found = judge_groups(many, {0: 0.20, 1: 0.17, 2: 0.18})
    assert (found.test, found.n, found.better) == ("welch", (5, 3), 1)
    assert found.difference == pytest.approx(0.55 / 3 - 4.64 / 5)


def test_fewer_than_three_runs_of_either_are_called_neither_better_nor_worse():
    few, more = {0: 0.20, 1: 0.21}, {0: 0.90, 1: 0.92, 2: 0.91}
    for first, second in ((few, more), (more, few), (few, {0: 0.90, 1: 0.9101})):
        found = judge_groups(first, second)
        assert found.p < 0.05
        assert found.better == 0
        words = verdict_words(found, "A", "B")
        assert words.startswith("A and B cannot be told apart by so few runs: ")
        assert words.endswith(f"but it takes {FEWEST_RUNS} seeds of each to judge by.")
    assert judge_groups({0: 0.20, 1: 0.21, 2: 0.19}, more).better == 2


def test_an_interval_holds_only_differences_that_are_possible():
    found = judge_groups({0: 0.05, 1: 0.3}, {0: 0.91, 1: 0.93})
    assert -1 <= found.low < found.difference < found.high == 1
    turned = judge_groups({0: 0.91, 1: 0.93}, {0: 0.05, 1: 0.3})
    assert (turned.low, turned.high) == (-1, -found.low)


def test_one_run_is_compared_with_many_from_either_side():
    many = {1: 0.90, 2: 0.91, 3: 0.92, 4: 0.90}
    found, turned = judge_groups({0: 0.7}, many), judge_groups(many, {0: 0.7})
    assert (found.test, found.n, found.better) == ("one against many", (1, 4), 0)
    assert (turned.n, turned.better) == ((4, 1), 0)
    assert turned.difference == -found.difference
    assert (turned.low, turned.high) == (-found.high, -found.low)
    assert turned.p == found.p


def test_the_same_runs_twice_are_not_different():
    runs = {0: 0.9, 1: 0.8, 2: 0.85}
    found = judge_groups(runs, runs)
    assert (found.p, found.better) == (None, 0)
    assert math.isinf(found.high)
    assert "no spread to judge a difference of 0.00 points by" in verdict_words(found, "A", "B")


@pytest.mark.parametrize(
    ("p", "words"), [(0.0123, "= 0.012"), (0.00049, "< 0.001"), (1, "= 1.000"), (None, "= –")]
)
def test_p_values_are_written_with_three_digits(p, words):
    assert p_words(p) == words
