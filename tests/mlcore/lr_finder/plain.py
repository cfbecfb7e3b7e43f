"""The loop that the finder's tests compare with, as one writes it in a script."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from mlcore.config import RunConfig
from mlcore.data.batches import draw_epoch_seed, epoch_order, iterate
from mlcore.data.tensors import Dataset, load
from mlcore.model import MLP, build
from mlcore.optim import build_optimizer

__all__ = ["plain_losses", "plain_training"]


def plain_losses(
    config: RunConfig, rates: Sequence[float], data: Dataset | None = None
) -> list[float]:
    """The losses of stock autograd and optimizer, of one step with each of these rates."""
    losses, _ = plain_training(config, rates, data)
    return losses


def plain_training(
    config: RunConfig, rates: Sequence[float], data: Dataset | None = None
) -> tuple[list[float], MLP]:
    """The same losses, and the model after these steps."""
    data = data or load(config.data, config.train.seed)
    torch.manual_seed(config.train.seed)
    model = build(config, 10)
    optimizer = build_optimizer(model.parameters(), config.optim)
    losses: list[float] = []
    while len(losses) < len(rates):  # small sets begin anew
        order = epoch_order(draw_epoch_seed(), len(data.train))
        for images, labels in iterate(data.train, order, config.data.batch_size):
            if len(losses) == len(rates):
                break
            optimizer.param_groups[0]["lr"] = rates[len(losses)]
            optimizer.zero_grad()
            loss = F.nll_loss(model(images), labels)
            loss.backward()
            if config.optim.clip_norm:
                torch.nn.utils.clip_grad_norm_(model.parameters(), config.optim.clip_norm)
            optimizer.step()
            losses.append(loss.item())
    return losses, model
