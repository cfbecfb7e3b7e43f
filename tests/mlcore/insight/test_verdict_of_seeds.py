"""Runs that differ in nothing but the seed are seldom called different.

They are real runs, judged as any others: nothing that judges them knows that their settings are the
same.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data.tensors import load
from mlcore.insight.answers import Answers
from mlcore.insight.comparison import compare
from mlcore.insight.forward import answers_of
from mlcore.insight.verdict import judge_groups, judge_runs
from mlcore.trainer import Trainer

RUNS, PAIRS, SEEDS = 24, 100, 5
MOST = 8  # of the 100

STEADY = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam", lr=0.003),
    train=TrainConfig(epochs=8, device="cpu"),
)
JUMPY = RunConfig(
    data=DataConfig(name="digits", validation=200),
    optim=OptimConfig(lr=0.1),
    train=TrainConfig(epochs=10, device="cpu"),
)


def answers(config: RunConfig, seed: int) -> Answers:
    config = config.with_values({"train.seed": seed})
    data = load(config.data, seed, torch.device("cpu"))
    trainer = Trainer(config, data)
    for _event in trainer.events():
        pass
    return answers_of(trainer.model, data.test, data)


@pytest.fixture(scope="module", params=[STEADY, JUMPY], ids=["steady", "jumpy"])
def runs(request: pytest.FixtureRequest) -> list[Answers]:
    """What many runs of one and the same settings answer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield [answers(request.param, seed) for seed in range(RUNS)]
    torch.set_num_threads(threads)


@pytest.mark.slow
def test_of_a_hundred_pairs_of_runs_at_most_eight_are_called_different(runs):
    pairs = list(itertools.combinations(range(RUNS), 2))
    chosen = np.random.default_rng(0).choice(len(pairs), PAIRS, replace=False)
    found = [compare(runs[pairs[one][0]], runs[pairs[one][1]]) for one in chosen]
    different = sum(bool(judge_runs(one).better) for one in found)
    assert different <= MOST


@pytest.mark.slow
def test_of_a_hundred_pairs_of_groups_at_most_eight_are_called_different(runs):
    accuracy = [one.hits / len(one) for one in runs]
    generator = np.random.default_rng(0)
    different = 0
    for _pair in range(PAIRS):
        seeds = generator.permutation(RUNS)[: 2 * SEEDS].tolist()
        first, second = seeds[:SEEDS], seeds[SEEDS:]
        found = judge_groups(
            {seed: accuracy[seed] for seed in first}, {seed: accuracy[seed] for seed in second}
        )
        different += bool(found.better)
    assert different <= MOST
