"""The multilayer perceptron: images `(B, 784)` → log-probabilities `(B, 10)`.

Layers are named `fc1 … fcN` (and `bn1 …`), so that the default model's state dict is the quick
start's own. Its modules are made in the order in which they are used: with the same seed, its
first weights are those of a plain `nn.Module` written layer by layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mlcore.config import PIXELS, ModelConfig, RunConfig

__all__ = ["ACTIVATIONS", "DTYPES", "MLP", "Dropout", "build", "evaluation_mode"]

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {
        "relu": torch.relu,
        "leaky_relu": F.leaky_relu,  # slope 0.01 below 0
        "gelu": F.gelu,  # exact, by the error function
        "silu": F.silu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }
)
"""Name in the settings → function of one tensor."""

Dropout = Callable[[Tensor, float, bool], Tensor]
"""Outputs of a layer, the chance and whether it trains → outputs, some of them 0."""

DTYPES: Mapping[str, torch.dtype] = MappingProxyType(
    {"float32": torch.float32, "float64": torch.float64}
)
"""Name in the settings → kind of number of weights, gradients and all that lies between."""


class MLP(nn.Module):
    """Fully connected layers with an activation, and where asked for batch norm and dropout.

    Args:
        config: widths, activation, dropout, batch normalisation.
        inputs: pixels of one image.
        outputs: number of classes.
        log_probabilities: end in a log_softmax (for the nll loss); otherwise hand out logits.
    """

    def __init__(
        self,
        config: ModelConfig,
        *,
        inputs: int = PIXELS,
        outputs: int = 10,
        log_probabilities: bool = True,
    ) -> None:
        super().__init__()
        self.config = config
        self.inputs, self.outputs = inputs, outputs
        self.log_probabilities = log_probabilities
        widths = (inputs, *config.hidden, outputs)
        for number, (before, after) in enumerate(itertools.pairwise(widths), start=1):
            self.add_module(f"fc{number}", nn.Linear(before, after))
            if config.batch_norm and number <= len(config.hidden):
                self.add_module(f"bn{number}", nn.BatchNorm1d(after))
        self._activation = ACTIVATIONS[config.activation]

    @property
    def dtype(self) -> torch.dtype:
        """The kind of its numbers."""
        return next(self.parameters()).dtype

    @property
    def linears(self) -> tuple[nn.Linear, ...]:
        """`fc1 … fcN`, in order."""
        return tuple(layer for layer in self.children() if isinstance(layer, nn.Linear))

    @property
    def norms(self) -> tuple[nn.BatchNorm1d, ...]:
        """`bn1 …`, one per hidden layer, or none."""
        return tuple(layer for layer in self.children() if isinstance(layer, nn.BatchNorm1d))

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities of each class, or logits.

        Args:
            images: normalised, `(B, 784)` or any `(B, …)` with 784 values an image.

        Returns:
            `(B, outputs)`.
        """
        return self.outcome(self.logits(images))

    def logits(self, images: Tensor, dropout: Dropout = F.dropout) -> Tensor:
        """Scores before the log_softmax, `(B, outputs)`; images become the model's numbers.

        Args:
            images: as `forward` takes them.
            dropout: sets units to 0 by chance, as `F.dropout` does.
        """
        *layers, last = self.linears
        hidden = images.flatten(1).to(last.weight.dtype)  # (B, 784)
        norms = self.norms
        for number, layer in enumerate(layers):
            hidden = layer(hidden)  # (B, width)
            if norms:
                hidden = norms[number](hidden)  # (B, width)
            hidden = self._activation(hidden)  # (B, width)
            if self.config.dropout:
                hidden = dropout(hidden, self.config.dropout, self.training)  # (B, width)
        logits: Tensor = last(hidden)  # (B, outputs)
        return logits

    def outcome(self, logits: Tensor) -> Tensor:
        """The output of `forward` for these logits: log-probabilities where the loss takes them."""
        return F.log_softmax(logits, dim=1) if self.log_probabilities else logits  # (B, outputs)


def build(config: RunConfig, outputs: int) -> MLP:
    """The model of a run; its first weights come from torch's global random state.

    After `torch.manual_seed(seed)` they are those of the plain `nn.Module`, bit for bit; in
    float64 those of its `double()`.
    """
    model = MLP(config.model, outputs=outputs, log_probabilities=config.train.loss == "nll")
    return model.to(DTYPES[config.train.dtype])


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Within the block dropout is off and batch norm uses what it kept; the mode comes back."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
