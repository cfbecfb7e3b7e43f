"""Which of the common forms a file has: ours, the tutorial's, a state dict alone. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcore.checkpoint.format import FORMAT, FORMAT_VERSION, FULL_KEYS, METADATA_KEY
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.containers import Contents
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import shown
from mlcore.errors import CheckpointError
from mlcore.rules import list_words

__all__ = ["Parts", "recognise"]

MODEL_KEYS = (
    "model_state_dict",
    "state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "weights",
    "params",
)
OPTIMIZER_KEYS = (
    "optimizer_state_dict",
    "optim_state_dict",
    "optimizer_state",
    "optimizer",
    "optim",
    "opt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A file taken apart by form; nothing in it has been checked but its place."""

    form: str
    model: Mapping[str, Stub]
    optimizer: Any = None
    epoch: Any = None
    step: Any = None
    loss: Any = None
    config: Any = None
    data: Any = None
    versions: Any = field(default_factory=dict)
    trainer: Any = None
    ignored: tuple[str, ...] = ()


def recognise(contents: Contents) -> Parts:
    """Take a file's values apart.

    Raises:
        CheckpointError: they are of no known form.
    """
    tree = contents.tree
    if not isinstance(tree, dict):
        raise CheckpointError(
            f"The file holds {_noun(tree)}, no state dict: "
            "save torch.save(model.state_dict(), path)."
        )
    if not tree:
        raise CheckpointError("The file holds an empty state dict: save a model's state dict.")
    if contents.container == "safetensors":
        return _safetensors(tree, contents.metadata)
    if tree.get("format") == FORMAT:
        return _full(tree)
    for key in MODEL_KEYS:
        if isinstance(tree.get(key), dict):
            return _tutorial(tree, key)
    return Parts(form="weights", model=_tensors(tree))


def _full(tree: Mapping[str, Any]) -> Parts:
    version = tree.get("format_version")
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"The file has format version {shown(repr(version))}, and this program reads version "
            f"{FORMAT_VERSION}: use the program's version that wrote it."
        )
    missing = [key for key in FULL_KEYS if key not in tree]
    extra = [key for key in tree if key not in FULL_KEYS]
    if missing or extra:
        fault = f"lacks {_keys(missing)}" if missing else f"has the unknown {_keys(extra)}"
        raise CheckpointError(f"The full checkpoint {fault}: it is damaged; save it again.")
    return Parts(
        form="full",
        model=_tensors(tree["model_state_dict"]),
        optimizer=tree["optimizer_state_dict"],
        trainer=tree["trainer"],
        epoch=tree["epoch"],
        step=tree["step"],
        loss=tree["loss"],
        config=tree["config"],
        data=tree["data"],
        versions=tree["versions"],
    )


def _tutorial(tree: Mapping[str, Any], model_key: str) -> Parts:
    optimizer_key = next((key for key in OPTIMIZER_KEYS if isinstance(tree.get(key), dict)), None)
    used = {model_key, optimizer_key, "epoch", "step", "loss"}
    return Parts(
        form="tutorial",
        model=_tensors(tree[model_key]),
        optimizer=tree[optimizer_key] if optimizer_key else None,
        epoch=tree.get("epoch"),
        step=tree.get("step"),
        loss=tree.get("loss"),
        ignored=tuple(str(key) for key in tree if key not in used),
    )


def _safetensors(tree: Mapping[str, Stub], metadata: Mapping[str, str]) -> Parts:
    text = metadata.get(METADATA_KEY)
    if text is None:
        return Parts(form="safetensors", model=_tensors(tree))
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise CheckpointError(
            "The settings in the safetensors file are no JSON: save it again, or without metadata."
        )
    return Parts(
        form="safetensors",
        model=_tensors(tree),
        versions=told.get("versions", {}),
        epoch=told.get("epoch"),
        step=told.get("step"),
        loss=told.get("loss"),
        config=told.get("config"),
        data=told.get("data"),
    )


def _tensors(tree: Any) -> dict[str, Stub]:
    """The tree as a state dict: names → tensors, and nothing else."""
    if not isinstance(tree, dict) or not tree:
        raise CheckpointError("The file's model is no state dict: save model.state_dict().")
    for name, value in tree.items():
        if not isinstance(name, str) or not isinstance(value, Stub):
            raise CheckpointError(
                f"The state dict holds {_noun(value)} under `{shown(name)}`, where a tensor "
                "should be: save torch.save(model.state_dict(), path)."
            )
    if len(tree) > limits.TENSORS:
        raise CheckpointError(
            f"The state dict has {len(tree):,} tensors: it is no multilayer perceptron."
        )
    return dict(tree)


def _keys(keys: list[str]) -> str:
    return f"key {list_words([f'`{shown(key)}`' for key in keys[:3]])}"


def _noun(value: Any) -> str:
    if isinstance(value, Stub):
        return "a single tensor"
    names = {dict: "a dictionary", list: "a list", tuple: "a tuple", str: "text", bool: "a truth"}
    return names.get(type(value), "nothing" if value is None else "a number")
