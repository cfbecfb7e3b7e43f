"""What a checkpoint holds, once it has been read and checked; and the names in a full file.

A full file is one dictionary, saved by `torch.save`, that `torch.load(weights_only=True)` reads:

| key | what it holds |
| --- | --- |
| `model_state_dict`, `optimizer_state_dict`, `epoch`, `loss` | as in PyTorch's recipe for saving |
| `format`, `format_version` | `FORMAT` and `FORMAT_VERSION` |
| `step` | optimisation steps done |
| `config` | the settings, as `RunConfig.to_json()` |
| `data` | name, fingerprint, mean, std and classes of the data set, or None |
| `versions` | of Python, torch and mlcore |
| `trainer` | the rest of the trainer's snapshot: schedule, random state, position, sums |
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlcore.config import ModelConfig, RunConfig
from mlcore.errors import CheckpointError, MlcoreError, Notice

if TYPE_CHECKING:
    from torch import Tensor

    from mlcore.data.family import Family
    from mlcore.data.tensors import Dataset

__all__ = ["DATA_KEYS", "FORMAT", "FORMAT_VERSION", "FULL_KEYS", "METADATA_KEY", "Checkpoint"]

FORMAT = "mlcore checkpoint"
FORMAT_VERSION = 1
METADATA_KEY = "mlcore"
"""Under it, a safetensors file keeps a JSON text: config, data, versions, epoch, step, loss."""

FULL_KEYS = (
    "format",
    "format_version",
    "model_state_dict",
    "optimizer_state_dict",
    "epoch",
    "step",
    "loss",
    "config",
    "data",
    "versions",
    "trainer",
)
DATA_KEYS = ("name", "fingerprint", "mean", "std", "classes")

_ABOUT = {
    "activation": "Activation",
    "dropout": "Dropout",
    "output": "Output:",
    "classes": "Class",
    "optimizer": "Optimizer:",
}
"""What a person may say → how the sentence begins that says what is assumed without it."""

_NORMALISATION, _NAMED = "Normalisation", "Normalisation:"  # the second is the file's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint that was read and checked.

    Attributes:
        form: "full", "tutorial", "weights" or "safetensors".
        container: how it lay in the file: "zip", "legacy" or "safetensors".
        config: the settings, where the file states them.
        model_config: the model, stated or inferred from the shapes.
        pickled: whether the model was pickled whole, and is no state dict.
        activation_known: whether the file says the activation, by settings or modules.
        doubt: why nobody should use the model before its activation is said: it has another one
            than all here; else None.
        outputs: number of classes.
        mean, std: how pixels from 0 to 1 are normalised; 0.5 where the file does not say.
        normalisation_named: whether a foreign file names them beside its model.
        model: the state dict, named as in `mlcore.model.MLP`; of the numbers that its settings
            state, else float32, and int64 counters.
        dtypes: the same names → kind of number in the file, as in "float16".
        optimizer: state dict of the optimizer, where the file holds one.
        problem: why the optimizer's state in the file cannot be used; it is then left out.
        state: the trainer's snapshot, to continue from: all of it in full files, sparse in the
            tutorial's form.
        epoch: whole epochs done, where stated.
        step: steps done, where stated.
        loss: as stated; None where it is missing or not finite.
        data: name, fingerprint, mean, std and classes of the data set, where stated.
        versions: of Python, torch and mlcore, where stated.
        assumed: what could not be known, with the default that was taken.
        warnings: what a person should know.
    """

    form: str
    container: str
    config: RunConfig | None
    model_config: ModelConfig
    pickled: bool = False
    activation_known: bool = False
    doubt: CheckpointError | None = None
    outputs: int
    mean: float = 0.5
    std: float = 0.5
    normalisation_named: bool = False
    model: dict[str, Tensor]
    dtypes: Mapping[str, str]
    optimizer: Mapping[str, Any] | None = None
    problem: CheckpointError | None = None
    state: Mapping[str, Any] | None = None
    epoch: int | None = None
    step: int | None = None
    loss: float | None = None
    data: Mapping[str, Any] | None = None
    versions: Mapping[str, str]
    assumed: tuple[Notice, ...] = ()
    warnings: tuple[MlcoreError, ...] = ()

    @property
    def normalisation_stated(self) -> bool:
        """Whether the file says how its images were normalised."""
        return self.normalisation_named or self.data is not None or self.config is not None

    def assuming(self, said: Mapping[str, Any]) -> Checkpoint:
        """This checkpoint with what a person says about it; what the file states holds.

        Args:
            said: "activation", "mean" and "std" change it; "dropout", "output", "classes" and
                "optimizer" only make what is assumed of them superfluous.
        """
        changes: dict[str, Any] = {}
        if self.config is None and "activation" in said:
            changes["model_config"] = dataclasses.replace(
                self.model_config, activation=said["activation"]
            )
            if self.doubt is not None:
                about = Notice(
                    "Not as in the file: its activation is {found}, and {activation} was said "
                    "instead; the figures are not the model's own.",
                    found=self.doubt.values["found"],
                    activation=said["activation"],
                )
                changes |= {"doubt": None, "warnings": (*self.warnings, about)}
        if self.data is None:
            changes |= {name: float(said[name]) for name in ("mean", "std") if name in said}
        answered = {_ABOUT[name] for name in said if name in _ABOUT}
        if {"mean", "std"} <= set(said):
            answered.add(_NORMALISATION)
        if {"mean", "std"} & set(said):
            answered.add(_NAMED)
        assumed = (one for one in self.assumed if one.template.partition(" ")[0] not in answered)
        return dataclasses.replace(self, **changes, assumed=tuple(assumed))

    def check_certain(self) -> None:
        """Make sure that the model is the file's own, or that a person said what it shall be.

        Raises:
            CheckpointError: its activation is not here, and nobody said another one.
        """
        if self.doubt is not None:
            raise self.doubt.with_traceback(None)

    def check_model(self, wants: ModelConfig) -> None:
        """Make sure that settings build the model whose weights these are.

        Raises:
            CheckpointError: they ask for other layers.
        """
        has = self.model_config
        if (has.hidden, has.batch_norm) != (wants.hidden, wants.batch_norm):
            raise CheckpointError(
                "The checkpoint has hidden layers {has_hidden}, batch norm {has_batch_norm}, "
                "but the settings ask for {wanted_hidden}, batch norm {wanted_batch_norm}: "
                "set `model.hidden` and `model.batch_norm` to what it has.",
                has_hidden=str(list(has.hidden)),
                has_batch_norm=has.batch_norm,
                wanted_hidden=str(list(wants.hidden)),
                wanted_batch_norm=wants.batch_norm,
            )

    def check_classes(self, data: Dataset | Family) -> None:
        """Make sure that the model has an output for each class of a data set.

        Raises:
            CheckpointError: it has more or fewer.
        """
        if self.outputs != len(data.classes):
            raise CheckpointError(
                "The model has {outputs} classes, but {title} has {classes}: "
                "choose a data set with {outputs} classes.",
                outputs=self.outputs,
                title=data.title,
                classes=len(data.classes),
            )
