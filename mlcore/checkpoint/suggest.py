"""The settings of a run that continues from a checkpoint file: the file's, one's own, the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.format import Checkpoint
from mlcore.config import MACHINE, SETTINGS, RunConfig
from mlcore.data import CATALOG
from mlcore.errors import CheckpointError, SettingsError
from mlcore.rules import Value

__all__ = ["ResumePlan", "Suggestion", "data_sets_for", "plan_resume", "suggest"]

_DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
_NAME = "optim.name"
_SHARED = ("lr", "weight_decay")
_ALWAYS_SAID = ("optim.name", "optim.lr", "optim.momentum", "optim.weight_decay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a checkpoint file says about the settings of a run that continues from it.

    Attributes:
        settings: dotted name → value.
        sources: dotted name → where in the file it was found: "settings" where the file states
            them, else "tensors", "modules", "optimizer" or "data".
        outputs: number of classes.
    """

    settings: Mapping[str, Value]
    sources: Mapping[str, str]
    outputs: int

    def to_json(self) -> dict[str, Any]:
        """The suggestion as a JSON object, the keyword arguments of an equal one."""
        settings = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self.settings.items()
        }
        return {"settings": settings, "sources": dict(self.sources), "outputs": self.outputs}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePlan:
    """The settings to resume with, and who gave them; the rest is the base's.

    Attributes:
        config: all settings.
        from_file: dotted name → source, as in `Suggestion`, of what was taken from the file.
        fitted: data set that replaces the base's, which has another number of classes; else "".
    """

    config: RunConfig
    from_file: Mapping[str, str]
    fitted: str = ""

    @property
    def states_all(self) -> bool:
        """Whether the file states every setting."""
        return "settings" in self.from_file.values()

    def optimizer(self) -> dict[str, Value]:
        """What was taken from the optimizer's state and is worth saying, by dotted name.

        Options that are seldom set are left out where they are torch's defaults.
        """
        values = self.config.flat()
        return {
            name: values[name]
            for name, source in self.from_file.items()
            if source == "optimizer"
            and SETTINGS[name].applies(values)
            and (name in _ALWAYS_SAID or values[name] != SETTINGS[name].default)
        }


def suggest(found: Checkpoint) -> Suggestion:
    """The settings that a checkpoint states or shows; those of a machine are none of them."""
    if found.config is not None:
        stated = found.config.flat()
        parts = {"settings": {name: stated[name] for name in stated if name not in MACHINE}}
    else:
        model = found.model_config
        parts = {
            "tensors": {"model.hidden": model.hidden, "model.batch_norm": model.batch_norm},
            "modules": {"model.activation": model.activation} if found.activation_known else {},
            "optimizer": _optimizer(found.optimizer),
            "data": _data(found),
        }
    return Suggestion(
        settings={name: value for part in parts.values() for name, value in part.items()},
        sources={name: source for source, part in parts.items() for name in part},
        outputs=found.outputs,
    )


def plan_resume(suggestion: Suggestion, base: RunConfig, own: Mapping[str, Value]) -> ResumePlan:
    """The settings of a run from a checkpoint file: the file's on the base's, one's own on top.

    Args:
        suggestion: what the file says.
        base: settings where neither says anything. If its data set has another number of
            classes than the model, the first one with as many is taken.
        own: dotted name → value that a person wants whatever the file says.

    Raises:
        CheckpointError: no data set fits the model, or the settings contradict each other.
    """
    values, fitted = {**_fitting(suggestion, own), **own}, ""
    if "data.name" not in values:
        fitting = data_sets_for(suggestion.outputs)
        if not fitting:
            raise CheckpointError(
                "The model has {outputs} classes, and no data set here has so many: "
                "it cannot be trained on.",
                outputs=suggestion.outputs,
            )
        if base.data.name not in fitting:
            fitted = fitting[0]
            values = {"data.validation": 0, "train.patience": 0, **values, "data.name": fitted}
    try:
        config = base.with_values(values)
    except SettingsError as error:
        raise CheckpointError(
            "Training cannot continue from this file with these settings: {error}", error=error
        ) from None
    from_file = {
        name: source
        for name, source in suggestion.sources.items()
        if name in values and name not in own
    }
    return ResumePlan(config=config, from_file=from_file, fitted=fitted)


def _fitting(suggestion: Suggestion, own: Mapping[str, Value]) -> dict[str, Value]:
    """What the file says, at its default where it means nothing beside one's own settings.

    Of an optimizer in whose place another is wanted nothing is kept.
    """
    stated = suggestion.settings
    held, wanted = (str(values.get(_NAME, "")) for values in (stated, own))
    another = bool(wanted) and wanted != held and {held, wanted} != {"adam", "adamw"}
    kept = {
        name: value
        for name, value in stated.items()
        if not (another and suggestion.sources[name] == "optimizer")
    }
    values = {**_DEFAULTS, **kept, **own}
    return {
        name: value if SETTINGS[name].applies(values) else _DEFAULTS[name]
        for name, value in kept.items()
    }


def data_sets_for(outputs: int) -> tuple[str, ...]:
    """Names of the data sets with so many classes, in the order of the catalog."""
    return tuple(name for name, family in CATALOG.items() if len(family.classes) == outputs)


def _optimizer(state: Mapping[str, Any] | None) -> dict[str, Value]:
    if state is None:
        return {}
    from mlcore.checkpoint.optimizer_state import optimizer_name  # loads torch

    group, name = state["param_groups"][0], optimizer_name(state)
    values: dict[str, Value] = {"optim.name": name}
    stated = {**group, **dict(zip(("beta1", "beta2"), group.get("betas", ()), strict=False))}
    for setting in SETTINGS.values():
        if setting.group == "optim" and (setting.field in _SHARED or _NAME in setting.rule.applies):
            own = stated.get(setting.field) if setting.applies(values) else None
            values[setting.name] = setting.default if own is None else own
    if not values["optim.lr"]:  # where a schedule ended; the settings' own is taken
        del values["optim.lr"]
    if not values["optim.momentum"]:  # without it, neither of the two does anything
        values |= {"optim.dampening": 0.0, "optim.nesterov": False}
    return values


def _data(found: Checkpoint) -> dict[str, Value]:
    data = found.data
    if found.normalisation_named:
        return {"data.mean": found.mean, "data.std": found.std}
    if data is None or data["name"] not in CATALOG:
        return {}
    return {f"data.{key}": data[key] for key in ("name", "mean", "std")}
