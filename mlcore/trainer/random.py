"""torch's global random state, of the CPU and of the device: saved and restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

__all__ = ["random_state", "restore_random_state"]


def random_state(device: torch.device) -> dict[str, Tensor | None]:
    """Both states as tensors of bytes; "rng_device" is None on the CPU."""
    state: Tensor | None = None
    if device.type == "cuda":
        state = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        state = torch.mps.get_rng_state()
    return {"rng_cpu": torch.get_rng_state(), "rng_device": state}


def restore_random_state(state: Mapping[str, Any], device: torch.device) -> None:
    """Restore what `random_state` gave; what is missing, or of another device, is ignored."""
    if state.get("rng_cpu") is not None:
        torch.set_rng_state(state["rng_cpu"].cpu())
    kept = state.get("rng_device")
    if kept is None:
        return
    if device.type == "cuda" and kept.numel() == torch.cuda.get_rng_state(device).numel():
        torch.cuda.set_rng_state(kept.cpu(), device)
    elif device.type == "mps" and kept.numel() == torch.mps.get_rng_state().numel():
        torch.mps.set_rng_state(kept.cpu())
