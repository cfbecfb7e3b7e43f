"""Good files: small models in every form."""

from __future__ import annotations

import io
from typing import Any

import torch
from torch import Tensor, nn

from mlcore.config import ModelConfig, OptimConfig, RunConfig
from mlcore.model import MLP
from mlcore.optim import build_optimizer, build_schedule, plateau_state

DATA = {
    "name": "digits",
    "fingerprint": "abc123",
    "mean": 0.5,
    "std": 0.5,
    "classes": tuple("0123456789"),
}


def saved(value: Any, *, legacy: bool = False, protocol: int = 2) -> bytes:
    """What `torch.save` writes."""
    buffer = io.BytesIO()
    torch.save(
        value,
        buffer,
        _use_new_zipfile_serialization=not legacy,
        pickle_protocol=protocol,
    )
    return buffer.getvalue()


def mlp(*hidden: int, batch_norm: bool = False, outputs: int = 10, seed: int = 0) -> MLP:
    torch.manual_seed(seed)
    return MLP(ModelConfig(hidden=hidden, batch_norm=batch_norm), outputs=outputs)


def weights(*hidden: int, batch_norm: bool = False) -> dict[str, Tensor]:
    return dict(mlp(*(hidden or (4, 3)), batch_norm=batch_norm).state_dict())


def trained(
    optim: OptimConfig, *hidden: int, batch_norm: bool = False, steps: int = 2
) -> tuple[MLP, torch.optim.Optimizer, Any]:
    """A model, its optimizer and its schedule after some steps on noise."""
    model = mlp(*hidden, batch_norm=batch_norm)
    optimizer = build_optimizer(model.parameters(), optim)
    schedule = build_schedule(optimizer, optim, 5, 10)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.nll_loss(model(torch.randn(8, 784)), torch.arange(8)).backward()
        optimizer.step()
    return model, optimizer, schedule


def snapshot(config: RunConfig | None = None, steps: int = 2) -> dict[str, Any]:
    """What a trainer hands over, for a training on noise that was stopped in its first epoch."""
    config = config or RunConfig(
        model=ModelConfig(hidden=(4, 3)), optim=OptimConfig(name="adam", schedule="one_cycle")
    )
    model, optimizer, schedule = trained(
        config.optim, *config.model.hidden, batch_norm=config.model.batch_norm, steps=steps
    )
    return {
        "config": config.to_json(),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": plateau_state(schedule),
        "step": steps,
        "epoch": 0,
        "position": steps,
        "images_used": 8 * steps,
        "epoch_seed": 1234567890123,
        "loss_sum": 4.6,
        "loss": 2.3,
        "epoch_seconds": 0.1,
        "best": None,
        "bad_epochs": 0,
        "rng_cpu": torch.get_rng_state(),
        "rng_device": None,
    }


def tutorial(steps: int = 2, **more: Any) -> dict[str, Any]:
    """The dictionary of PyTorch's recipe for a general checkpoint."""
    model, optimizer, _ = trained(OptimConfig(momentum=0.9), 4, 3, steps=steps)
    return {
        "epoch": 5,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": 0.4,
        **more,
    }
