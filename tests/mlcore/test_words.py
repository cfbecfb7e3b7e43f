from __future__ import annotations

import pytest

from mlcore.rules import Value
from mlcore.words import (
    counted,
    duration,
    exact_percent,
    figure,
    file_size,
    on_off,
    percent,
    probability,
    setting_text,
    short,
    signed,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.915376150972314e31, "5.915e+31"),
        (-123_456.0, "-1.235e+05"),
        (99_999.5, "99999.5000"),
        (3.2e-7, "3.2e-07"),
        (0.00005, "0.0001"),
        (0.0, "0.0000"),
    ],
)
def test_figures_have_a_power_of_ten_where_digits_cannot_be_read(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.2500"), (None, "–"), (float("nan"), "–"), (float("inf"), "–")],
)
def test_figures_show_a_dash_for_what_is_no_number(value: float | None, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.98125, "98.12 %"), (1.0, "100.00 %"), (0.0, "0.00 %"), (0.00001, "< 0.01 %"), (None, "–")],
)
def test_a_share_is_never_rounded_to_zero(share: float | None, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("share", "digits", "words"),
    [
        (0.9997, 1, "> 99.9 %"),
        (0.9994, 1, "99.9 %"),
        (0.999999, 2, "> 99.99 %"),
        (0.996, 0, "> 99 %"),
    ],
)
def test_only_certainty_is_written_as_certain(share: float, digits: int, words: str) -> None:
    assert percent(share, digits) == words


def test_a_share_may_have_fewer_digits() -> None:
    assert percent(0.023421, 1) == "2.3 %"
    assert percent(0.0001, 1) == "< 0.1 %"


@pytest.mark.parametrize(
    ("right", "total", "words"),
    [
        (9812, 10_000, "98.12 %"),
        (291, 297, "97.98 %"),
        (39_998, 40_000, "99.995 %"),
        (0, 0, "–"),
    ],
)
def test_an_accuracy_has_the_digits_that_tell_images_apart(
    right: int, total: int, words: str
) -> None:
    assert exact_percent(right, total) == words


def test_exact_percent_tells_every_count_apart() -> None:
    written = {exact_percent(right, 10_000) for right in range(10_001)}
    assert len(written) == 10_001


def test_counts_agree_with_their_nouns() -> None:
    assert counted(1, "mistake") == "1 mistake"
    assert counted(1204, "mistake") == "1,204 mistakes"
    assert counted(2, "class", "classes") == "2 classes"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (438_400, "438 KB"),
        (999_600, "1.0 MB"),
        (9_912_422, "9.9 MB"),
        (999_960_000, "1.0 GB"),
        (2_500_000_000, "2.5 GB"),
    ],
)
def test_a_file_size_is_short(size: int, words: str) -> None:
    assert file_size(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (0.2, "1 s"),
        (59.5, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7_500, "2 h 5 min"),
    ],
)
def test_durations_read_as_a_person_says_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "on"),
        (False, "off"),
        (5000, "5,000"),
        (0.003, "0.003"),
        (0.12345678, "0.12345678"),
        ((1024, 64), "1,024 · 64"),
        ((), "none"),
        ("one_cycle", "one cycle"),
        ("", "default"),
    ],
)
def test_a_setting_is_written_as_a_person_reads_it(value: Value, words: str) -> None:
    assert setting_text(value) == words


def test_a_switch_is_on_or_off() -> None:
    assert (on_off(True), on_off(False)) == ("on", "off")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.0, "100.00 %"),
        (0.99996, "> 99.99 %"),
        (0.9999, "99.99 %"),
        (0.00001, "< 0.01 %"),
        (0.0, "0.00 %"),
    ],
)
def test_only_all_is_written_as_all_and_only_nothing_as_nothing(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5000"),
        (-1.5, "−1.5000"),
        (-0.00001, "0.0000"),
        (-3e31, "−3e+31"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_a_figure_below_zero_has_a_minus_and_zero_has_no_sign(
    value: float | None, text: str
) -> None:
    assert signed(value) == text


def test_a_change_has_either_sign() -> None:
    assert [signed(value, 1, plus=True) for value in (2.0, -2.0, 0.0)] == [
        "+2.0",
        "−2.0",
        "0.0",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (-1.2749, "−1.275"), (12_340, "12,340"), (2e-7, "2e-07"), (3e6, "3e+06")],
)
def test_a_short_number_has_the_digits_it_needs(value: float | None, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "> 99.9 %"), (0.0, "< 0.1 %"), (0.99999994, "> 99.9 %"), (0.5, "50.0 %")],
)
def test_a_probability_is_neither_nothing_nor_all(share: float, said: str) -> None:
    assert probability(share, 1) == said
