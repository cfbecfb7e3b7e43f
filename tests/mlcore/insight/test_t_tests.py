"""Student's tests are SciPy's, and what they cannot judge they leave open."""

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from mlcore.insight.t_tests import one_against_many, paired, spread, welch


def samples(seed: int) -> tuple[list[float], list[float]]:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 12))
    scale = 10.0 ** generator.integers(-4, 1)
    first = generator.normal(0.9, scale, n)
    return first.tolist(), (first + generator.normal(0.002, scale, n)).tolist()


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(50))
def test_pairs_are_tested_as_scipy_tests_them(seed):
    first, second = samples(seed)
    found, oracle = paired(first, second), stats.ttest_rel(second, first)
    interval = oracle.confidence_interval()
    assert found.p == close(oracle.pvalue)
    assert (found.low, found.high) == (close(interval.low), close(interval.high))
    assert found.n == (len(first), len(first))


@pytest.mark.parametrize("seed", range(50))
def test_two_samples_are_tested_as_scipy_tests_them(seed):
    first, second = samples(seed)
    second = [*second, *samples(seed + 100)[0]]
    found, oracle = welch(first, second), stats.ttest_ind(second, first, equal_var=False)
    interval = oracle.confidence_interval()
    assert found.p == close(oracle.pvalue)
    assert (found.low, found.high) == (close(interval.low), close(interval.high))
    assert found.difference == close(np.mean(second) - np.mean(first))


@pytest.mark.parametrize("seed", range(20))
def test_one_value_is_tested_against_many_as_scipy_tests_a_sample_of_one(seed):
    first, second = samples(seed)
    found = one_against_many(first[0], second)
    assert found.p == close(stats.ttest_ind(second, first[:1]).pvalue)


def test_values_without_a_spread_are_not_judged():
    found = welch([0.5, 0.5], [0.7, 0.7])
    assert (found.p, found.low, found.high) == (None, -math.inf, math.inf)
    assert one_against_many(0.5, [0.7, 0.7, 0.7]).p is None
    assert paired([0.5, 0.5], [0.75, 0.75]).p is None


@pytest.mark.filterwarnings("ignore:Precision loss")  # SciPy's word on the same case
def test_one_sided_lack_of_spread_is_judged_by_the_other_side():
    found, oracle = (
        welch([0.5, 0.5], [0.7, 0.8]),
        stats.ttest_ind([0.7, 0.8], [0.5, 0.5], equal_var=False),
    )
    assert found.p == close(oracle.pvalue)


def test_a_spread_leaves_out_what_is_no_number():
    found = spread([1.0, None, 2.0, math.nan, 4.0])
    assert found is not None
    assert (found.n, found.mean) == (3, pytest.approx(7 / 3))
    assert found.sd == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert spread([0.5]).sd is None
    assert spread([None]) is None


def test_equal_values_have_no_spread_at_all():
    assert spread([0.1] * 7).sd == 0.0


def test_scipy_is_loaded_for_the_first_test_only():
    code = (
        "import sys; from mlcore.insight.t_tests import paired; before = 'scipy' in sys.modules;"
        "paired([1.0, 2.0], [2.0, 4.0]); print(before, 'scipy' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert printed.split() == [b"False", b"True"]


def test_what_rounding_alone_spreads_is_no_spread():
    for first, gain in (([338, 350], 5), ([345, 346], 1), ([300, 310, 320], 7)):
        before = [count / 360 for count in first]
        found = paired(before, [(count + gain) / 360 for count in first])
        assert found.p is None, first
