"""The tables of charts hold what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.charts.class_balance import balance_info, balance_table
from dashboard.charts.class_curves import curves_info, curves_table, curves_words
from dashboard.charts.confusion_cells import confusion_info
from dashboard.charts.matrix_tables import (
    confusion_table,
    confusion_words,
    difference_summary,
    difference_table,
)
from dashboard.charts.network_path import path_info
from dashboard.charts.network_tables import points_table
from dashboard.charts.path_table import path_table, path_words
from dashboard.charts.pixel_histogram import histogram_info, histogram_table
from dashboard.charts.pixel_steps import step_table, steps_info
from dashboard.charts.run_curves import RunCurves
from dashboard.charts.run_curves import curves_info as run_curves_info
from dashboard.charts.run_tables import curves_table as run_curves_table
from dashboard.charts.run_tables import epochs_table
from dashboard.charts.table import thinned
from dashboard.charts.trust_tables import histogram_table as confidence_table
from dashboard.charts.trust_tables import reliability_table, threshold_table
from mlcore.events import EpochDone
from mlcore.insight.calibration import calibration
from mlcore.insight.confidence import answered, confidence_histograms
from mlcore.insight.curves import class_curves
from tests.mlcore.insight.conftest import make

CLASSES = ("cat", "dog")


def test_a_matrix_is_written_row_by_row_in_its_unit() -> None:
    counts, shares = (
        confusion_info([[8, 2], [1, 9]], CLASSES, unit) for unit in ("counts", "percent")
    )
    assert confusion_table(counts).rows == (("cat", "8", "2"), ("dog", "1", "9"))
    assert confusion_table(shares).rows[0] == ("cat", "80.0 %", "20.0 %")
    assert confusion_words(counts).startswith("17 of 20 images are on the diagonal")
    assert "a cat mistaken for a dog: 2 of 10" in confusion_words(counts)
    assert "Most often" not in confusion_words(confusion_info([[1, 0], [0, 1]], CLASSES))


def test_a_difference_has_signs_and_its_largest_cells_are_told() -> None:
    difference = [[3, -3], [0, 0]]
    assert difference_table(difference, CLASSES).rows == (("cat", "+3", "−3"), ("dog", "0", "0"))
    assert "a cat recognised: 3 more" in difference_summary(difference, CLASSES)
    assert difference_summary([[0, 0], [0, 0]], CLASSES).endswith("The two matrices are equal.")


def test_curves_are_read_at_some_places() -> None:
    answers = make("usual")
    names = tuple("0123456789")
    for kind in ("roc", "precision"):
        info = curves_info(class_curves(answers), names, kind)
        table = curves_table(info)
        assert [row[:2] for row in table.rows] == [
            (one.name, f"{one.area:.4f}") for one in info.curves
        ]
        worst = min(info.curves, key=lambda one: one.area)
        assert f"{worst.area:.4f}, of {worst.name}" in curves_words(info)
    shares = [[float(text.strip("<> %")) for text in row[2:]] for row in table.rows]
    assert all(row == sorted(row, reverse=True) for row in shares)  # precision falls with recall


def test_thresholds_are_those_of_the_chart_and_the_chosen_one() -> None:
    answers = make("usual")
    rows = {row[0]: row for row in threshold_table(answers, 0.42).rows}
    left = answered(answers, 0.42)
    assert rows["42.0 %"][1] == f"{left.count:,}"
    assert rows["0.0 %"][1] == f"{len(answers):,}"


def test_bins_count_every_image_once() -> None:
    answers = make("usual")
    found = calibration(answers, make("usual", seed=1))
    table = reliability_table(found)
    assert sum(int(row[1].replace(",", "")) for row in table.rows) == len(answers)
    assert {len(row) for row in table.rows} == {len(table.headings)}
    right, wrong = confidence_histograms(answers, 20)
    rows = confidence_table(right, wrong).rows
    assert [row[0] for row in rows[:2]] == ["0 % – 5 %", "5 % – 10 %"]
    assert sum(int(row[2]) for row in rows) == int(wrong.sum())


def test_classes_and_pixels_are_counted() -> None:
    info = balance_info({"Train": np.array([0, 0, 1]), "Test": np.array([1])}, CLASSES)
    assert balance_table(info).rows[0] == ("cat", "2 (66.7 %)", "0 (0.0 %)")
    counts = np.zeros(256, np.int64)
    counts[[0, 255]] = 3, 1
    rows = histogram_table(histogram_info(counts, 0.5, 0.5)).rows
    assert (rows[0][0], rows[0][2], rows[-1][3]) == ("0 – 7", "3", "25.00 %")


def test_an_image_is_a_table_of_its_pixels() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[1, 2] = 255
    info = steps_info(image, 0.5, 0.5)
    assert step_table(info, 0).rows[1][3] == "255"
    assert step_table(info, 2).rows[1][3] == "1.00"
    assert step_table(info, 2).rows[0][1] == "−1.00"


def test_the_way_through_the_network_is_told_with_its_largest_bars() -> None:
    arrays = {"fc1.outputs": np.array([0.5, 2.0, 0.0]), "fc2.outputs": np.array([1.0, -1.0])}
    info = path_info(["fc1", "fc2"], arrays, [0.88, 0.12], CLASSES)
    assert path_table(info).rows[1] == ("fc1", "1", "2.0000")
    assert path_table(info).rows[-1] == ("softmax", "dog", "12.00 %")
    assert "largest 2.0000, unit 1" in path_words(info)
    assert "largest 88.00 %, of cat" in path_words(info)


def test_points_are_summed_up_by_class() -> None:
    xy = np.array([[0, 0], [2, 0], [10, 0]], np.float32)
    table = points_table(xy, np.array([0, 0, 1]), np.array([0, 1, 1]), ("cat", "dog", "emu"))
    assert table.rows == (
        ("cat", "2", "1", "1.00; 0.00", "1.00", "dog"),
        ("dog", "1", "0", "10.00; 0.00", "0.00", "cat"),
    )


def done(epoch: int, accuracy: float | None) -> EpochDone:
    return EpochDone(
        epoch=epoch,
        step=10 * epoch,
        train_loss=1.0 / epoch,
        validation_loss=None if accuracy is None else 0.5,
        validation_accuracy=accuracy,
        lr=0.1,
        seconds=1.0,
        images_per_second=10.0,
    )


def test_epochs_name_their_run_only_beside_others() -> None:
    alone = epochs_table([("a", [done(1, 0.5)])])
    both = epochs_table([("a", [done(1, 0.5)]), ("b", [done(1, None)])])
    assert alone.rows == (("1", "10", "1.0000", "0.5000", "50.00 %"),)
    assert both.rows[1] == ("1", "b", "10", "1.0000", "–", "–")


@pytest.mark.parametrize("validated", [True, False])
def test_curves_of_runs_have_a_row_an_epoch_or_some_of_the_steps(*, validated: bool) -> None:
    steps = tuple(float(step) for step in range(1, 101))
    curve = ((50.0, 100.0), (0.5, 0.25)) if validated else ((), ())
    accuracy = ((50.0, 100.0), (90.0, 95.0)) if validated else ((), ())
    run = RunCurves(name="a", train_loss=(steps, steps), validation_loss=curve, accuracy=accuracy)
    table = run_curves_table(run_curves_info([run], "step"))
    if validated:
        assert table.rows[-1] == ("a", "100", "100.0000", "0.2500", "95.00 %")
    else:
        assert (len(table.rows), len(table.headings)) == (25, 3)


def test_a_long_row_is_thinned_with_both_ends() -> None:
    assert thinned(3, 5) == [0, 1, 2]
    kept = thinned(1_000, 25)
    assert (kept[0], kept[-1], len(kept)) == (0, 999, 25)
