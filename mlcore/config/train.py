"""Settings of the training: how long, with what loss, where."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mlcore.config.part import Part
from mlcore.errors import SettingsError
from mlcore.rules import Rule

__all__ = ["Loss", "Stepper", "TrainConfig"]

Loss = Literal["nll", "cross_entropy"]
Stepper = Literal["auto", "autograd", "written_out", "cuda_graph"]

_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?|mps")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig(Part):
    """How long, with what loss, where."""

    group: ClassVar[str] = "train"

    epochs: Annotated[
        int,
        Rule("passes over the training set", label="Epochs", low=1, high=10_000, slider=(1, 50)),
    ] = 5
    loss: Annotated[
        Loss,
        Rule(
            "nll on log-probabilities (log_softmax in the model), or cross_entropy on logits",
            label="Loss",
        ),
    ] = "nll"
    seed: Annotated[
        int, Rule("start of all random numbers", label="Seed", low=0, high=2**32 - 1)
    ] = 0
    device: Annotated[
        str, Rule("auto, cpu, cuda, cuda:N or mps; auto takes the fastest", label="Device")
    ] = "auto"
    threads: Annotated[
        int,
        Rule(
            "CPU threads; 0: torch's choice in a shell, a fair share from the page",
            label="CPU threads",
            low=0,
            high=1024,
            slider=(0, os.cpu_count() or 1),
        ),
    ] = 0
    patience: Annotated[
        int,
        Rule(
            "end the run after this many epochs without a lower validation loss; 0: off",
            label="Early stopping (epochs)",
            low=0,
            high=10_000,
            slider=(0, 20),
        ),
    ] = 0
    stepper: Annotated[
        Stepper,
        Rule(
            "what does a step: autograd, the same written out, or a CUDA graph; "
            "auto takes the fastest that gives the same numbers",
            label="Step by",
        ),
    ] = "auto"

    def __post_init__(self) -> None:
        super(TrainConfig, self).__post_init__()
        if not _DEVICE.fullmatch(self.device):
            raise SettingsError(
                f"`train.device` must be auto, cpu, cuda, cuda:N or mps, but got {self.device!r}."
            )
