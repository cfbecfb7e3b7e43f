"""Named settings to start from."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping

from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.errors import SettingsError
from mlcore.rules import list_words, nearest, shortened
from mlcore.words import N_

__all__ = ["PAGE_PRESET", "PRESETS", "find_preset", "preset_of", "slug"]

PRESETS: Mapping[str, RunConfig] = types.MappingProxyType(
    {
        N_("Quick start"): RunConfig(data=DataConfig(validation=5_000)),
        N_("Quick start, exact"): RunConfig(),
        N_("Fast 98 %"): RunConfig(
            data=DataConfig(batch_size=384),
            model=ModelConfig(batch_norm=True),
            optim=OptimConfig(
                name="adamw",
                lr=0.02,
                weight_decay=0.1,
                beta2=0.9,
                schedule="one_cycle",
                warmup=0.1,
            ),
            train=TrainConfig(epochs=4),
        ),
        N_("Adam"): RunConfig(
            data=DataConfig(validation=5_000), optim=OptimConfig(name="adam", lr=0.001)
        ),
        N_("Softmax regression"): RunConfig(
            data=DataConfig(validation=5_000),
            model=ModelConfig(hidden=()),
            optim=OptimConfig(lr=0.05),
        ),
        N_("Offline digits"): RunConfig(
            data=DataConfig(name="digits", batch_size=32, validation=200),
            optim=OptimConfig(name="adam", lr=0.003),
            train=TrainConfig(epochs=30),
        ),
    }
)
"""Name → settings. The first is what the page starts with."""

PAGE_PRESET = "Quick start"
SPARE_PRESET = "Offline digits"  # which needs no network


def preset_of(config: RunConfig) -> str | None:
    """The name of the preset that equals `config`, or None."""
    return next((name for name, preset in PRESETS.items() if preset == config), None)


def slug(name: str) -> str:
    """A preset's name as it is typed in a shell: "Fast 98 %" → "fast-98"."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))


def find_preset(name: str) -> RunConfig:
    """The settings of a preset, by its name or slug, in any case.

    Raises:
        SettingsError: there is none of that name.
    """
    presets = {slug(preset): config for preset, config in PRESETS.items()}
    if slug(name) not in presets:
        raise SettingsError(
            "{name!r} is no preset{hint}: choose {names}.",
            name=shortened(name),
            hint=nearest(slug(name), presets),
            names=list_words(presets, "or"),
        )
    return presets[slug(name)]
