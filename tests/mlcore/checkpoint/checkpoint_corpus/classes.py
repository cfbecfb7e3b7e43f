"""Classes of programs that are not installed where the file is read.

`elsewhere` gives a class a module that does not exist, as long as something is pickled with it.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def elsewhere(*classes: Any, module: str) -> Iterator[None]:
    """Within the block, the classes are those of a module of this name."""
    before = {name: sys.modules.get(name) for name in _parents(module)}
    homes = [one.__module__ for one in classes]
    for name in before:
        sys.modules[name] = types.ModuleType(name)
    for one in classes:
        one.__module__ = module
        setattr(sys.modules[module], one.__qualname__, one)
    try:
        yield
    finally:
        for one, home in zip(classes, homes, strict=True):
            one.__module__ = home
        for name, old in before.items():
            del sys.modules[name]
            if old is not None:
                sys.modules[name] = old


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
