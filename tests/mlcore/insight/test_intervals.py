"""Wilson's interval is SciPy's; the smallest difference is the first that a test calls one."""

import pytest
import scipy.stats

from mlcore.insight.intervals import smallest_difference, wilson


@pytest.mark.parametrize(
    ("right", "total"), [(0, 1), (1, 1), (0, 360), (360, 360), (180, 360), (9_812, 10_000), (7, 9)]
)
def test_the_interval_is_scipys(right, total):
    expected = scipy.stats.binomtest(right, total).proportion_ci(0.95, method="wilson")
    low, high = wilson(right, total)
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= low <= right / total <= high <= 1


def p_value(right, other, total):
    table = [[right, total - right], [other, total - other]]
    return scipy.stats.chi2_contingency(table, correction=False).pvalue


@pytest.mark.parametrize(
    ("right", "total"),
    [(360, 360), (180, 360), (9_812, 10_000), (50, 10_000), (0, 500), (340, 360)],
)
def test_the_smallest_difference_is_the_first_that_the_test_of_two_shares_finds(right, total):
    found = smallest_difference(right, total)
    towards = -1 if 2 * right >= total else 1
    assert p_value(right, right + towards * found, total) < 0.05
    if found > 1:
        assert p_value(right, right + towards * (found - 1), total) >= 0.05


def test_where_nothing_would_be_enough_it_is_everything():
    assert smallest_difference(1, 1) == 1
    assert smallest_difference(2, 3) == 3


@pytest.mark.parametrize(("right", "total"), [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_is_refused(right, total):
    for ask in (wilson, smallest_difference):
        with pytest.raises(ValueError, match=f"{right} of {total}"):
            ask(right, total)
