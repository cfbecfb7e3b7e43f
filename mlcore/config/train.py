"""Settings of the training: how long, with what loss, where."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mlcore.config.setting import SettingsGroup
from mlcore.errors import SettingsError
from mlcore.rules import Rule, shortened
from mlcore.words import N_

__all__ = ["Dtype", "Loss", "Stepper", "TrainConfig"]

Dtype = Literal["float32", "float64"]
Loss = Literal["nll", "cross_entropy"]
Stepper = Literal["auto", "autograd", "written_out", "cuda_graph"]

_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?|mps")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig(SettingsGroup):
    """How long, with what loss, where."""

    group: ClassVar[str] = "train"

    epochs: Annotated[
        int,
        Rule(
            N_("passes over the training set"),
            label=N_("Epochs"),
            low=1,
            high=10_000,
            slider=(1, 50),
        ),
    ] = 5
    loss: Annotated[
        Loss,
        Rule(
            N_(
                "what is minimised: {nll} (log_softmax ends the model) or {cross_entropy} "
                "(has it inside)"
            ),
            label=N_("Loss"),
        ),
    ] = "nll"
    dtype: Annotated[
        Dtype,
        Rule(
            N_(
                "numbers that weights are kept and computed in: float32 has 7 digits, float64 16; "
                "both begin with the same weights"
            ),
            label=N_("Number type"),
        ),
    ] = "float32"
    seed: Annotated[
        int, Rule(N_("start of all random numbers"), label=N_("Seed"), low=0, high=2**32 - 1)
    ] = 0
    device: Annotated[
        str, Rule(N_("auto, cpu, cuda, cuda:N or mps; auto takes the fastest"), label=N_("Device"))
    ] = "auto"
    threads: Annotated[
        int,
        Rule(
            N_("CPU threads; 0: torch's choice in a shell, a fair share from the page"),
            label=N_("CPU threads"),
            low=0,
            high=1024,
            slider=(0, os.cpu_count() or 1),
        ),
    ] = 0
    processes: Annotated[
        int,
        Rule(
            N_(
                "processes that train the run together, each with a part of every batch: on a GPU "
                "of its own, or all on the CPU"
            ),
            label=N_("Processes"),
            low=1,
            high=64,
        ),
    ] = 1
    patience: Annotated[
        int,
        Rule(
            N_("end the run after this many epochs without a lower validation loss; 0: off"),
            label=N_("Early stopping (epochs)"),
            low=0,
            high=10_000,
            slider=(0, 20),
        ),
    ] = 0
    stepper: Annotated[
        Stepper,
        Rule(
            N_(
                "what does a step: {autograd}, the same {written_out}, or a {cuda_graph}; "
                "{auto} takes the fastest that gives the same numbers"
            ),
            label=N_("Step by"),
        ),
    ] = "auto"

    def __post_init__(self) -> None:
        super(TrainConfig, self).__post_init__()
        if not _DEVICE.fullmatch(self.device):
            raise SettingsError(
                "`train.device` must be auto, cpu, cuda, cuda:N or mps, but got {device!r}.",
                device=shortened(self.device),
            )
