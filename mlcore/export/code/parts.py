"""All parts of a training's code, in order."""

from __future__ import annotations

from mlcore.export.code.data_code import data_part, reads_torchvision
from mlcore.export.code.loop_code import training_part
from mlcore.export.code.model_code import ACTIVATIONS, model_part
from mlcore.export.code.names import Names
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import WIDTH, Part
from mlcore.export.code.training_code import evaluation_part, optimizer_part, test_part
from mlcore.words import N_

__all__ = ["import_lines", "training_parts"]


def training_parts(plan: Plan, names: Names) -> list[Part]:
    """Everything after the options: data, model, optimizer, training, test."""
    parts = [
        _setup(plan),
        data_part(plan, names),
        model_part(plan),
        optimizer_part(plan, names),
        evaluation_part(plan),
        training_part(plan, names.losses),
        test_part(plan),
    ]
    return [part for part in parts if part.blocks]


def _setup(plan: Plan) -> Part:
    threads = plan.recipe.thread_count
    lines = [f"torch.set_num_threads({threads})"] if threads else []
    seed = plan.noted(
        f"torch.manual_seed({plan.config.train.seed})", N_("the same random numbers each time")
    )
    words = plan.words(N_("With the same seed, every run is the same."))
    return Part(plan.words(N_("Random numbers")), words, [*lines, seed])


def import_lines(plan: Plan) -> list[str]:
    """The imports that the parts use, sorted."""
    config = plan.config
    vision = reads_torchvision(config.data)
    functional = (
        config.train.loss == "nll"
        or plan.validates
        or (config.model.hidden and ACTIVATIONS[config.model.activation].startswith("F."))
    )
    loading = {"DataLoader"}
    if not vision:
        loading.add("TensorDataset")
    body = "\n".join(line for block in data_part(plan, _ANY).blocks for line in block)
    loading |= {name for name in ("Subset", "random_split") if f"{name}(" in body}
    if plan.by_hand:
        loading.add("default_collate")
    return [
        *([] if vision else ["import numpy as np"]),
        "import torch",
        *(["import torch.nn.functional as F"] if functional else []),
        *([] if vision else ["from sklearn.datasets import load_digits"]),
        "from torch import nn",
        *(["from torch.optim import lr_scheduler"] if plan.schedules != {"constant"} else []),
        *_from("torch.utils.data", sorted(loading, key=lambda name: (name[0].islower(), name))),
        f"from torchvision import {'datasets, ' if vision else ''}transforms",
    ]


_ANY = Names(data="", losses="", checkpoint="")


def _from(module: str, names: list[str]) -> list[str]:
    one = f"from {module} import {', '.join(names)}"
    if len(one) <= WIDTH:
        return [one]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]
