"""What groups of runs are called."""

from __future__ import annotations

from dataclasses import replace

from dashboard.words.groups import distinct_group_names, group_name
from mlcore.config import RunConfig
from mlcore.presets import PRESETS
from mlcore.runs.library.groups import RunGroup
from tests.dashboard.words.test_run_names import INFO

LONG = PRESETS["Offline digits"].with_values(
    {
        "optim.name": "sgd",
        "data.batch_size": 32,
        "model.hidden": (50, 20),
        "train.epochs": 3,
        "optim.weight_decay": 0.1,
    }
)


def group(name: str, config: RunConfig, seeds: int = 1, called: str = "") -> RunGroup:
    runs = tuple(
        replace(
            INFO, id=f"{name}{seed}", name=called, config=config.with_values({"train.seed": seed})
        )
        for seed in range(seeds)
    )
    return RunGroup(id=name, runs=runs, experiment=False)


def test_what_differs_is_named_where_the_settings_of_groups_are_long() -> None:
    groups = [group(str(m), LONG.with_values({"optim.momentum": m})) for m in (0.5, 0.9)]
    assert distinct_group_names(groups) == {"0.5": "momentum 0.5", "0.9": "momentum 0.9"}
    many = [group(str(m), LONG.with_values({"optim.momentum": m}), 5) for m in (0.5, 0.9)]
    assert distinct_group_names([*many, group("a", LONG, 5, "mine")]) == {
        "0.5": "momentum 0.5 · 5 seeds",
        "0.9": "momentum 0.9 · 5 seeds",
        "a": "mine · 5 seeds",
    }


def test_short_names_stay_as_they_are() -> None:
    quick = PRESETS["Quick start"]
    groups = [group("a", quick, 2), group("b", quick.with_values({"optim.lr": 0.05}), 2)]
    assert distinct_group_names(groups) == {one.id: group_name(one) for one in groups}
    assert group_name(groups[1]) == "lr 0.05 · 2 seeds"


def test_the_seed_is_named_only_where_no_group_has_several() -> None:
    alone = [group("a", LONG), group("b", LONG.with_values({"optim.momentum": 0.5}), 3)]
    assert "seed 0" not in str(distinct_group_names(alone).values())
