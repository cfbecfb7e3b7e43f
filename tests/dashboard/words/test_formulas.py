"""The numbers in the formulas are those of the settings."""

from __future__ import annotations

import re

import pytest

from dashboard.words import formulas
from mlcore.config import SETTINGS, RunConfig
from mlcore.summary import summarize


def config(**changes: object) -> RunConfig:
    return RunConfig.from_flat({name.replace("__", "."): value for name, value in changes.items()})


def test_steps_round_up_unless_the_short_batch_is_left_out() -> None:
    assert "= 938 " in formulas.steps(config())
    assert "= 4{,}690" in formulas.steps(config())
    assert "= 937 " in formulas.steps(config(data__drop_last=True))
    held_out = formulas.steps(config(data__validation=5_000, train__epochs=1))
    assert r"\frac{55{,}000}{64}" in held_out
    assert "= 860 " in held_out


@pytest.mark.parametrize("hidden", [(), (128, 64), (32,)])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_parts_add_up_to_the_parameters_of_the_model(
    hidden: tuple[int, ...], batch_norm: bool
) -> None:
    made = config(model__hidden=hidden, model__batch_norm=batch_norm)
    text = formulas.parameters(made).replace("{,}", "")
    terms, total = text.split("&= ")
    numbers = re.findall(r"(\d+) \\cdot (\d+)(?: \+ (\d+))?", terms)
    parts = sum(int(a) * int(b) + int(c or 0) for a, b, c in numbers)
    assert parts == int(total.split()[0]) == summarize(made.model, 10).parameters


def test_a_guess_costs_the_logarithm_of_the_number_of_classes() -> None:
    assert "= 2.303 " in formulas.loss(10)
    assert "= 3.850 " in formulas.loss(47)


def test_pixels_are_normalised_as_torchvision_does() -> None:
    assert re.findall(r"= (-?[\d.]+)", formulas.normalised(config())) == ["-1", "1"]


@pytest.mark.parametrize("name", SETTINGS["optim.name"].choices)
def test_every_optimizer_has_its_step_with_the_learning_rate_in_it(name: str) -> None:
    assert "0.0123" in formulas.update(config(optim__name=name, optim__lr=0.0123).optim)


def test_the_step_knows_momentum_and_nesterov() -> None:
    assert "v" not in formulas.update(config().optim)
    heavy = formulas.update(config(optim__momentum=0.9).optim)
    assert r"0.9 \cdot v + g" in heavy
    ahead = formulas.update(config(optim__momentum=0.9, optim__nesterov=True).optim)
    assert r"(g + 0.9 \cdot v)" in ahead


def test_the_step_knows_what_else_its_optimizer_was_told() -> None:
    def step(name: str, **changes: object) -> str:
        told = {f"optim__{key}": value for key, value in changes.items()}
        return formulas.update(config(optim__name=name, optim__lr=0.0123, **told).optim)

    plain = step("rmsprop")
    assert "b &" not in plain
    assert "m^2" not in plain
    heavy = step("rmsprop", momentum=0.9)
    assert r"b &\leftarrow 0.9 \cdot b + \frac{g}{\sqrt{v}" in heavy
    assert heavy.endswith(r"w &\leftarrow w - 0.0123 \cdot b \end{aligned}")
    assert r"\sqrt{v - m^2}" in step("rmsprop", centered=True)
    assert r"\sqrt{\max \hat v}" in step("adam", amsgrad=True)
    assert r"\frac{0.0123}{1 + 0.001 \cdot t}" in step("adagrad", lr_decay=0.001)


def test_a_mean_below_zero_is_in_brackets() -> None:
    assert "255 - (-0.5)" in formulas.normalised(config(data__mean=-0.5))


def test_small_numbers_are_powers_of_ten() -> None:
    assert "10^{-8}" in formulas.update(config(optim__name="adam").optim)
    assert r"2 \cdot 10^{-5}" in formulas.update(config(optim__lr=2e-5).optim)


def test_an_accuracy_has_the_interval_of_its_number_of_images() -> None:
    assert formulas.accuracy(9_763, 10_000).endswith(r"97.31 \ldots 97.91\,\% \end{aligned}")


def test_a_file_has_four_bytes_a_parameter() -> None:
    assert formulas.file_bytes(config()) == r"109{,}386 \cdot 4 = 437{,}544"
