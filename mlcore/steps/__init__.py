"""One optimisation step behind one interface: autograd for any model, and faster steppers.

Each gives autograd's losses and weights to the last bit; tests hold that. `make_stepper` takes the
fastest that applies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mlcore.config import RunConfig
from mlcore.device import check_stepper
from mlcore.model import MLP
from mlcore.optim import Optimizer
from mlcore.steps.autograd import Autograd
from mlcore.steps.cuda_graph import CudaGraph
from mlcore.steps.interface import Stepper
from mlcore.steps.written_out import WrittenOut

if TYPE_CHECKING:
    from mlcore.parallel.crew import Crew

__all__ = ["Autograd", "CudaGraph", "Stepper", "WrittenOut", "make_stepper"]

_AUTO = {"cpu": "written_out", "cuda": "cuda_graph"}
"""Kind of device → fastest stepper that tests prove equal there; elsewhere autograd."""


def make_stepper(
    config: RunConfig,
    model: MLP,
    optimizer: Optimizer,
    device: torch.device,
    crew: Crew | None = None,
) -> Stepper:
    """The stepper that `train.stepper` asks for; "auto" is the fastest with the same numbers.

    Where several processes train there is one that all of them do, whatever is asked for.

    Raises:
        SettingsError: the one asked for does not work on this device.
    """
    if crew is not None:
        from mlcore.steps.data_parallel import DataParallel  # loads what one process never needs

        return DataParallel(model, optimizer, config.optim.clip_norm, crew)
    name: str = config.train.stepper
    if name == "auto":
        name = _AUTO.get(device.type, "autograd")
    check_stepper(name, device)
    match name:
        case "written_out":
            return WrittenOut(model, optimizer, config.optim.clip_norm)
        case "cuda_graph":
            return CudaGraph(model, optimizer, config.optim.clip_norm)
        case _:
            return Autograd(model, optimizer, config.optim.clip_norm)
