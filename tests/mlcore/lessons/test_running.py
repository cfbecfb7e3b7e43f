"""What is recorded is what the shown loop does, run by itself."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset, TensorDataset

from mlcore.lessons import LESSONS, Lesson, Pair, find_lesson
from mlcore.lessons.experiments import inputs, kit, step, weights
from mlcore.lessons.experiments.kit import MEAN, STD, digits
from mlcore.lessons.running import run_lesson
from mlcore.lessons.source import body_of, source_of

SHORT = find_lesson("batch-of-all")
every = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


def last(lesson: Lesson, seed: int = 1) -> Pair:
    *_, found = run_lesson(lesson, seed)
    return found


def in_print(code: str, names: dict[str, object]) -> list[float]:
    """The losses of a loop as the page shows it, run as a program of its own."""
    losses: list[float] = []
    lines = code.replace("yield loss, model", "losses.append(loss.item())")
    space = {"torch": torch, "nn": nn, "F": F, "DataLoader": DataLoader, "Subset": Subset}
    space |= {"TensorDataset": TensorDataset, "losses": losses, "data": digits(), **names}
    exec(compile(lines, "lesson.py", "exec"), space)
    return losses


def shared() -> dict[str, object]:
    """What the shown loops call, from its shown source as well."""
    space: dict[str, object] = {"nn": nn}
    for name in ("kit.network", "kit.wide_network"):
        exec(compile(source_of(name), "kit.py", "exec"), space)
    return space


@pytest.mark.parametrize("side", ["wrong", "right"])
@pytest.mark.parametrize("name", ["no-zero-grad", "batch-of-all", "all-zero"])
def test_the_shown_lines_are_what_was_run(name: str, side: str, one_thread: None) -> None:
    lesson = find_lesson(name)
    recorded = getattr(last(lesson, seed=5), side).loss
    torch.manual_seed(5)
    shown = in_print(body_of(getattr(lesson, side).train), shared())
    assert shown == list(recorded)


@every
def test_the_sides_differ_in_what_is_shown_and_in_nothing_else(lesson: Lesson) -> None:
    wrong, right = lesson.wrong, lesson.right
    assert body_of(lesson.code(wrong)) != body_of(lesson.code(right))
    if lesson.measuring:
        assert wrong.train == right.train
    for side in (wrong, right):
        ast.parse(body_of(side.train))
        assert "yield loss, model" in body_of(side.train)
        assert max(map(len, source_of(side.train).splitlines())) <= 100


def test_a_seed_gives_the_same_curves_again_and_another_gives_others() -> None:
    first, again, other = last(SHORT), last(SHORT), last(SHORT, seed=2)
    for side in ("wrong", "right"):
        one = getattr(first, side)
        assert replace(one, seconds=0) == replace(getattr(again, side), seconds=0)
        assert one.loss != getattr(other, side).loss


def test_curves_grow_turn_by_turn_and_both_sides_are_measured_to_their_end() -> None:
    found = list(run_lesson(SHORT, 1))
    assert [len(one.right.loss) for one in found[:3]] == [5, 10, 15]
    assert [one.done for one in found] == [False] * (len(found) - 1) + [True]
    for curve in (found[-1].wrong, found[-1].right):
        assert curve.measured[-1] == len(curve.loss)
        assert len(curve.measured) == len(curve.accuracy) == len(curve.gradient)


def test_the_random_numbers_and_the_threads_of_others_stay_as_they_were() -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    last(SHORT)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_curves_survive_json() -> None:
    found = last(find_lesson("nll-on-logits"))
    assert None in found.wrong.loss
    text = json.dumps(found.to_json(), allow_nan=False)
    back = Pair.from_json(json.loads(text))
    assert back.wrong.broken_at == found.wrong.broken_at
    assert back.right.measured == found.right.measured
    assert back.right.finite == pytest.approx(found.right.finite, rel=1e-5)
    assert back.done


def test_the_batches_are_as_large_as_the_lesson_says() -> None:
    for lesson in LESSONS.values():
        if lesson.by_images:
            found = last(lesson)
            wrong, right = len(found.wrong.loss), len(found.right.loss)
            assert wrong * lesson.wrong.batch == pytest.approx(right * lesson.right.batch, rel=0.05)


def test_the_digits_are_normalised_by_their_own_mean_and_deviation() -> None:
    pixels = digits().raw_train.tensors[0].numpy() / 255
    assert (pixels.mean(), pixels.std()) == pytest.approx((MEAN, STD), abs=1e-3)
    images = digits().train.tensors[0]
    assert images.mean().item() == pytest.approx(0, abs=0.01)
    assert images.std().item() == pytest.approx(1, abs=0.01)
    assert np.array_equal(digits().test.tensors[1], digits().raw_test.tensors[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("train", "images"),
    [
        (step.rate_too_high, "train"),
        (step.batches_of_one, "train"),
        (inputs.pixels_as_bytes, "raw_train"),
    ],
)
def test_where_a_lesson_speaks_of_dead_units_all_of_them_give_zero(
    train: Callable[..., kit.Steps], images: str, one_thread: None
) -> None:
    torch.manual_seed(1)
    *_, (_, model) = train(digits())
    assert isinstance(model, nn.Sequential)
    hidden = model[:2](getattr(digits(), images).tensors[0])
    assert not hidden.any()


def test_all_zero_weights_learn_their_last_bias_alone(one_thread: None) -> None:
    torch.manual_seed(1)
    *_, (_, model) = weights.all_zero(digits())
    *others, last_bias = (parameter.any().item() for parameter in model.parameters())
    assert last_bias
    assert not any(others)


@pytest.mark.slow
def test_a_low_rate_makes_batches_of_one_learn_as_the_lesson_says(one_thread: None) -> None:
    torch.manual_seed(1)
    model = kit.network()
    code = body_of("step.batches_of_one").replace("lr=0.1", "lr=0.01")
    in_print(code.replace("model = network()", ""), {"model": model})
    assert kit.accuracy(model, digits()) > 0.85


def test_the_gradients_that_nothing_empties_grow(one_thread: None) -> None:
    lengths = last(find_lesson("no-zero-grad")).wrong.gradient
    assert lengths[-1] > 3 * lengths[0]


def test_dropout_in_train_mode_gives_two_accuracies_and_batch_norm_refuses_one_image() -> None:
    torch.manual_seed(1)
    data = digits()
    model = nn.Sequential(nn.Linear(784, 64), nn.Dropout(0.5), nn.Linear(64, 10))
    images, labels = data.test.tensors
    shares = {kit.share_right(model(images), labels) for _ in range(5)}
    assert len(shares) > 1
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        nn.Sequential(nn.Linear(784, 8), nn.BatchNorm1d(8))(images[:1])


def test_the_least_cross_entropy_of_probabilities_is_as_the_lesson_says() -> None:
    sure = torch.eye(10)[:1]
    least = F.cross_entropy(sure, torch.tensor([0])).item()
    assert least == pytest.approx(math.log(1 + 9 / math.e))


def test_an_unknown_lesson_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match=r"no lesson 'no-zerograd'.*no-zero-grad"):
        find_lesson("no-zerograd")
