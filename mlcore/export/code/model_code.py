"""The multilayer perceptron as code."""

from __future__ import annotations

import itertools

from mlcore.config import PIXELS
from mlcore.data import find_family
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import Part
from mlcore.words import N_

__all__ = ["ACTIVATIONS", "model_part"]

ACTIVATIONS = {
    "relu": "torch.relu",
    "leaky_relu": "F.leaky_relu",
    "gelu": "F.gelu",
    "silu": "F.silu",
    "tanh": "torch.tanh",
    "sigmoid": "torch.sigmoid",
}
"""Name in the settings → function of one tensor."""


def model_part(plan: Plan) -> Part:
    """The cell with the class of the network."""
    config = plan.config.model
    widths = (PIXELS, *config.hidden, len(find_family(plan.config.data.name).classes))
    init, forward = [], ["x = images.flatten(1)  # (B, 784)"]
    last = len(widths) - 1
    for number, (before, after) in enumerate(itertools.pairwise(widths), start=1):
        init.append(f"self.fc{number} = nn.Linear({before}, {after})")
        value = f"self.fc{number}(x)"
        if number == last:
            break
        if config.batch_norm:
            init.append(f"self.bn{number} = nn.BatchNorm1d({after})")
            value = f"self.bn{number}({value})"
        value = f"{ACTIVATIONS[config.activation]}({value})"
        forward.append(f"x = self.dropout({value})" if config.dropout else f"x = {value}")
    if config.dropout and config.hidden:
        init.append(f"self.dropout = nn.Dropout({config.dropout!r})")
    if plan.config.train.loss == "nll":
        value = f"F.log_softmax({value}, dim=1)"
    code = [
        "class MLP(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in init),
        "",
        "    def forward(self, images):",
        *(f"        {line}" for line in forward),
        f"        return {value}",
    ]
    shape = " → ".join(str(width) for width in widths)
    words = plan.words(N_("A multilayer perceptron, {shape}."), shape=shape)
    return Part(plan.words(N_("Model")), words, code)
