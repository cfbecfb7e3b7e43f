"""All data sets by name."""

from __future__ import annotations

import types
from collections.abc import Mapping

from mlcore.data import digits, emnist, fashion_mnist, kmnist, mnist, qmnist
from mlcore.data.family import Family
from mlcore.errors import SettingsError
from mlcore.rules import nearest, shortened

__all__ = ["CATALOG", "find_family"]

CATALOG: Mapping[str, Family] = types.MappingProxyType(
    {
        family.name: family
        for module in (mnist, fashion_mnist, kmnist, emnist, qmnist, digits)
        for family in module.FAMILIES
    }
)
"""Name → family, in the order in which `data.name` offers them."""


def find_family(name: str) -> Family:
    """The family of a name.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in CATALOG:
        raise SettingsError(
            "`data.name` must be one of {names}, but got {name!r}{hint}.",
            names=", ".join(CATALOG),
            name=shortened(name),
            hint=nearest(name, CATALOG),
        )
    return CATALOG[name]
