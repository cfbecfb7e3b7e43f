"""Settings of the model: the multilayer perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mlcore.config.setting import SettingsGroup
from mlcore.errors import SettingsError
from mlcore.rules import Rule
from mlcore.words import N_

__all__ = ["Activation", "ModelConfig"]

Activation = Literal["relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig(SettingsGroup):
    """The multilayer perceptron."""

    group: ClassVar[str] = "model"

    hidden: Annotated[
        tuple[int, ...],
        Rule(
            N_("widths of the hidden layers, from the input on; none: softmax regression"),
            label=N_("Hidden layers"),
            low=1,
            high=16_384,
        ),
    ] = (128, 64)
    activation: Annotated[
        Activation, Rule(N_("function after each hidden layer"), label=N_("Activation"))
    ] = "relu"
    dropout: Annotated[
        float,
        Rule(
            N_("probability that a hidden activation is dropped while training"),
            label=N_("Dropout"),
            low=0,
            below=1,
            slider=(0, 0.9),
        ),
    ] = 0.0
    batch_norm: Annotated[
        bool,
        Rule(N_("batch normalisation between linear layer and activation"), label=N_("Batch norm")),
    ] = False

    def __post_init__(self) -> None:
        super(ModelConfig, self).__post_init__()
        if len(self.hidden) > 32:
            raise SettingsError(
                "`model.hidden` must have at most 32 layers, but got {layers}.",
                layers=len(self.hidden),
            )
