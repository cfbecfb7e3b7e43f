"""What sets a run apart, in a few words: "lr 0.05 · batch 256", "Fast 98 % · 20 epochs"."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from dashboard.words.choices import choice_name, setting_text
from dashboard.words.translation import N_, language, translated
from mlcore.config import EXECUTION, SETTINGS, RunConfig
from mlcore.presets import PAGE_PRESET, PRESETS, preset_of
from mlcore.rules import Value
from mlcore.words import as_text

__all__ = ["apart", "differences"]

_MOST = 3  # differences that are named
_EXACT = "Quick start, exact"  # differs from the first preset by its validation images alone
_PLAIN = "{value}"  # the value says of itself what it is

_WORDS: Mapping[str, tuple[str, str]] = {
    "data.name": (_PLAIN, ""),
    "model.hidden": (N_("hidden {value}"), N_("no hidden layers")),
    "model.activation": (_PLAIN, ""),
    "model.batch_norm": (N_("batch norm"), N_("no batch norm")),
    "model.dropout": (N_("dropout {value}"), N_("no dropout")),
    "optim.name": (_PLAIN, ""),
    "optim.lr": (N_("lr {value}"), ""),
    "optim.schedule": (_PLAIN, ""),
    "data.batch_size": (N_("batch {value}"), ""),
    "train.epochs": (N_("{value} epochs"), ""),
    "data.train_limit": (N_("{value} images"), N_("all images")),
    "data.validation": (N_("{value} held out"), N_("none held out")),
    "optim.momentum": (N_("momentum {value}"), N_("no momentum")),
    "optim.nesterov": (N_("Nesterov"), N_("no Nesterov")),
    "optim.weight_decay": (N_("weight decay {value}"), N_("no weight decay")),
    "optim.clip_norm": (N_("clip {value}"), N_("no clipping")),
    "train.loss": (_PLAIN, ""),
    "train.patience": (N_("patience {value}"), N_("no early stopping")),
    "train.seed": (N_("seed {value}"), N_("seed {value}")),
    "train.dtype": (_PLAIN, _PLAIN),
    "data.mean": (N_("mean {value}"), N_("mean {value}")),
    "data.std": (N_("std {value}"), ""),
    "optim.step_every": (N_("drop every {value}"), ""),
    "optim.gamma": (N_("drop to {value}"), ""),
    "optim.min_lr": (N_("lowest lr {value}"), N_("lowest lr {value}")),
    "optim.warmup": (N_("warm-up {value}"), N_("no warm-up")),
    "optim.plateau_patience": (N_("plateau {value}"), N_("plateau {value}")),
    "data.drop_last": (N_("short batch dropped"), N_("short batch kept")),
}
"""Setting → how it is said, and how where it is off, none or 0; the most telling ones first."""


def differences(config: RunConfig, most: int | None = _MOST) -> str:
    """How settings differ from the nearest preset; that preset's name where they equal it.

    The preset that the page starts with is left out of the text: what differs says enough.

    Args:
        config: the settings; where and how fast they run does not count.
        most: differences that are named, the most telling ones; None: all of them.
    """
    return _differences(config, most, language())


def apart(configs: Sequence[RunConfig]) -> list[str]:
    """What sets each of these settings apart from the others, in a few words; empty: nothing."""
    flat = [config.flat() for config in configs]
    names = [name for name in _order() if len({values[name] for values in flat}) > 1]
    return [" · ".join(_said(name, values[name]) for name in names) for values in flat]


@functools.lru_cache(maxsize=2_048)
def _differences(
    config: RunConfig,
    most: int | None,
    language: str,  # noqa: ARG001  part of the cache key
) -> str:
    values = config.flat()
    plain = config.with_values({name: RunConfig().flat()[name] for name in EXECUTION})
    if preset := preset_of(plain):
        return translated(preset)
    near = {name: _changed(values, one) for name, one in PRESETS.items() if name != _EXACT}
    nearest = min(near, key=lambda name: len(near[name]))
    changed = near[nearest]
    parts = [] if nearest == PAGE_PRESET else [translated(nearest)]
    parts += [_said(name, values[name]) for name in changed[:most]]
    if most is not None and len(changed) > most:
        parts.append(f"+{len(changed) - most}")
    return " · ".join(parts)


def _changed(values: Mapping[str, Value], preset: RunConfig) -> list[str]:
    """The settings that differ, those that are in `_WORDS` first and in its order."""
    before = preset.flat()
    return [name for name in _order() if values[name] != before[name]]


def _order() -> list[str]:
    """Names of the settings that tell how a model is trained, the most telling ones first."""
    return [*_WORDS, *(name for name in SETTINGS if name not in _WORDS and name not in EXECUTION)]


def _said(name: str, value: Value) -> str:
    if name not in _WORDS:
        return f"{name} {as_text(value)}"
    on, off = _WORDS[name]
    if isinstance(value, str):
        said = choice_name(value)
    elif isinstance(value, tuple):
        said = "-".join(map(str, value))
    else:
        said = setting_text(value)
    return translated(on if value or not off else off, value=said)
