"""Which of the common forms a file has: ours, the tutorial's, a state dict alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcore.checkpoint.format import FORMAT, FORMAT_VERSION, FULL_KEYS, METADATA_KEY
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.containers import Contents
from mlcore.checkpoint.untrusted.inert import Inert, PickledModule, type_name
from mlcore.checkpoint.untrusted.names import no_tensor
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.rules import list_words

__all__ = ["RawCheckpoint", "recognise"]

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
_STATED = ("epoch", "step", "loss", "config", "data")
OPTIMIZER_KEYS = (
    "optimizer_state_dict",
    "optim_state_dict",
    "optimizer_state",
    "optimizer",
    "optim",
    "opt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCheckpoint:
    """What a file of any form holds, by meaning; the values are not checked yet."""

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
    ignored: tuple[str, ...] = ()  # names, with the class where it is no plain value
    module: PickledModule | None = None  # where the model was pickled whole


def recognise(contents: Contents) -> RawCheckpoint:
    """Take a file's values apart.

    Raises:
        CheckpointError: they are of no known form.
    """
    tree = contents.tree
    if isinstance(tree, Inert) and tree.problem is not None:
        raise tree.problem
    if not isinstance(tree, dict):
        raise CheckpointError(
            "The file holds an object of type {type}, no state dict: "
            "save torch.save(model.state_dict(), path).",
            type=printable(type_name(tree)),
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
    return RawCheckpoint(form="weights", model=_tensors(tree), module=_module(tree))


def _full(tree: Mapping[str, Any]) -> RawCheckpoint:
    version = tree.get("format_version")
    if version != FORMAT_VERSION:
        raise CheckpointError(
            "The file has format version {version}, and this program reads version {known}: "
            "use the program's version that wrote it.",
            version=printable(repr(version)),
            known=FORMAT_VERSION,
        )
    missing = [key for key in FULL_KEYS if key not in tree]
    extra = [key for key in tree if key not in FULL_KEYS]
    if missing:
        raise CheckpointError(
            "The full checkpoint lacks {keys}: it is damaged; save it again.", keys=_keys(missing)
        )
    if extra:
        raise CheckpointError(
            "The full checkpoint holds {keys}, which no checkpoint has: it is damaged; "
            "save it again.",
            keys=_keys(extra),
        )
    return RawCheckpoint(
        form="full",
        model=_tensors(tree["model_state_dict"]),
        optimizer=tree["optimizer_state_dict"],
        versions=tree["versions"],
        trainer=tree["trainer"],
        **{key: tree[key] for key in _STATED},
    )


def _tutorial(tree: Mapping[str, Any], model_key: str) -> RawCheckpoint:
    optimizer_key = next((key for key in OPTIMIZER_KEYS if isinstance(tree.get(key), dict)), None)
    used = {model_key, optimizer_key, "epoch", "step", "loss"}
    return RawCheckpoint(
        form="tutorial",
        model=_tensors(tree[model_key]),
        optimizer=tree[optimizer_key] if optimizer_key else None,
        epoch=tree.get("epoch"),
        step=tree.get("step"),
        loss=tree.get("loss"),
        ignored=tuple(_labelled(key, item) for key, item in tree.items() if key not in used),
        module=_module(tree[model_key]),
    )


def _module(value: Any) -> PickledModule | None:
    return value if isinstance(value, PickledModule) else None


def _labelled(key: Any, value: Any) -> str:
    """The name of what is not used: "`args` (argparse.Namespace)"."""
    name = f"`{printable(key, 30)}`"
    known = isinstance(value, Inert | PickledModule)
    return f"{name} ({printable(type_name(value))})" if known else name


def _safetensors(tree: Mapping[str, Stub], metadata: Mapping[str, str]) -> RawCheckpoint:
    text = metadata.get(METADATA_KEY)
    if text is None:
        return RawCheckpoint(form="safetensors", model=_tensors(tree))
    try:
        stated: Any = json.loads(text)
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        raise CheckpointError(
            "The settings in the safetensors file are no JSON: save it again, or without metadata."
        )
    values: dict[str, Any] = {key: stated.get(key) for key in _STATED}
    versions = stated.get("versions", {})
    return RawCheckpoint(form="safetensors", model=_tensors(tree), versions=versions, **values)


def _tensors(tree: Any) -> dict[str, Stub]:
    """The tree as a state dict: names → tensors, and nothing else."""
    if not isinstance(tree, dict) or not tree:
        raise CheckpointError("The file's model is no state dict: save model.state_dict().")
    for name, value in tree.items():
        if isinstance(value, Inert):
            problem = value.problem or no_tensor(value.name)
            if problem is not None:
                raise problem
        if not isinstance(name, str) or not isinstance(value, Stub):
            raise CheckpointError(
                "The state dict holds an object of type {type} under `{name}`, where a tensor "
                "should be: save torch.save(model.state_dict(), path).",
                type=printable(type_name(value)),
                name=printable(name),
            )
    if len(tree) > limits.TENSORS:
        raise CheckpointError(
            "The state dict has {count:,} tensors: it is no multilayer perceptron.", count=len(tree)
        )
    return dict(tree)


def _keys(keys: list[str]) -> str:
    return list_words([f"`{printable(key)}`" for key in keys[:3]])
