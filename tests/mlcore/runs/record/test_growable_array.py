"""A series grows at its end and can be cut back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.runs.record.growable_array import GrowableArray

actions = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 3000), st.integers(0, 1500)),
        st.tuples(st.just("cut"), st.integers(-5, 4000), st.just(0)),
    ),
    max_size=12,
)


@given(actions)
def test_a_series_equals_a_list_that_is_filled_and_cut(script):
    series, model = GrowableArray(), []
    for number, (action, position, count) in enumerate(script):
        if action == "put":
            values = [number + n / 4096 for n in range(count)]
            series.write(position, values)
            model = model[:position] + [np.nan] * (position - len(model)) + values
        else:
            series.truncate(position)
            model = model[: max(position, 0)]
        np.testing.assert_array_equal(series.values, np.array(model, dtype=np.float32))
        assert len(series) == len(model)


def test_values_cannot_be_changed_from_outside():
    series = GrowableArray()
    series.write(0, [1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 3.0


@pytest.mark.parametrize("position", [-1, 10**12])
def test_absurd_positions_are_refused(position):
    with pytest.raises(ValueError, match="position"):
        GrowableArray().write(position, [1.0])
