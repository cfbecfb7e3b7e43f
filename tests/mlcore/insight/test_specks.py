"""Connected pieces of ink, counted against SciPy where it is there, and what of them is dirt."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.insight.specks import pieces, without_specks


def test_pieces_are_those_of_scipy():
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.default_rng(0)
    for density in (0.1, 0.3, 0.45, 0.6):
        mask = rng.random((60, 71)) < density
        labels, count = pieces(mask)
        wanted, number = ndimage.label(mask, np.ones((3, 3)))
        assert count == number
        assert len(np.unique(labels * (number + 1) + wanted)) == number + 1


def test_specks_go_and_writing_stays():
    ink = np.zeros((50, 50), np.uint8)
    ink[10:40, 20:24] = 255
    ink[12:14, 35:37] = 255
    ink[0, :] = 200
    kept = without_specks(ink)
    assert kept[20, 22] == 255
    assert kept[12, 35] == kept[0, 0] == 0


def test_what_is_written_up_to_the_rim_stays():
    ink = np.zeros((50, 50), np.uint8)
    ink[0:50, 20:24] = 255
    assert np.array_equal(without_specks(ink), ink)
    assert not without_specks(np.zeros((4, 4), np.uint8)).any()
