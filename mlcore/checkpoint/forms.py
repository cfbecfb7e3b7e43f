"""Which of the common forms a file has: ours, the tutorial's, a state dict alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcore.checkpoint.format import FORMAT, FORMAT_VERSION, FULL_KEYS, METADATA_KEY
from mlcore.checkpoint.state_dicts import find_model, find_optimizer, flattened, listed
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.containers import Contents
from mlcore.checkpoint.untrusted.inert import Inert, PickledModule, type_name
from mlcore.checkpoint.untrusted.names import no_tensor
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.rules import list_words

__all__ = ["RawCheckpoint", "recognise"]

_PROGRESS = {"epoch": ("epoch",), "step": ("step", "global_step"), "loss": ("loss",)}
_NORMALISATION = ("mean", "std")
_STATED = ("epoch", "step", "loss", "config", "data")


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
    normalisation: tuple[Any, Any] | None = None  # what it calls mean and std
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
    if isinstance(tree, list | tuple):
        tree = _as_table(tree)
    if not isinstance(tree, dict):
        raise CheckpointError(
            "The file holds an object of type {type}, no state dict: "
            "save torch.save(model.state_dict(), path).",
            type=printable(type_name(tree)),
        )
    if _is_quantised(tree):
        raise CheckpointError(
            "The file holds quantised layers, whose numbers are packed: "
            "save the state dict of the model from before it was quantised."
        )
    if not tree:
        raise CheckpointError("The file holds an empty state dict: save a model's state dict.")
    if contents.container == "safetensors":
        return _safetensors(tree, contents.metadata)
    if tree.get("format") == FORMAT:
        return _full(tree)
    return _of_others(tree)


def _as_table(values: list[Any] | tuple[Any, ...]) -> Any:
    """A list of parameters, or of dictionaries, as one dictionary; else the list."""
    table = listed(values)
    if table is None and any(isinstance(item, dict) for item in values):
        return {f"entry {number}": item for number, item in enumerate(values)}
    return values if table is None else table


def _is_quantised(tree: Mapping[Any, Any]) -> bool:
    leaves = tree.leaves if isinstance(tree, PickledModule) else ()
    return any("quantized" in leaf.kind for leaf in leaves) or any(
        isinstance(key, str) and "_packed_params" in key for key in tree
    )


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


def _of_others(tree: Mapping[Any, Any]) -> RawCheckpoint:
    """A state dict, or dictionaries around one with whatever else their writer kept."""
    if "param_groups" in tree:
        raise _no_model(tree)
    path = find_model(tree)
    levels = [tree]  # the dictionaries around the model, and last the model
    for key in path:
        levels.append(levels[-1][key])
    *around, model = levels if path else (tree, tree)
    tensors = flattened(model)
    if not tensors:
        raise _no_model(tree)
    optimizer, optimizer_key = next(filter(None, map(_optimizer, reversed(around))), (None, None))
    stated = {
        name: next((level[key] for level in reversed(around) for key in keys if key in level), None)
        for name, keys in _PROGRESS.items()
    }
    named = [level for level in reversed(around) if all(name in level for name in _NORMALISATION)]
    used = {
        *path,
        *(_NORMALISATION if named else ()),
        optimizer_key,
        "n_averaged",
        *(key for keys in _PROGRESS.values() for key in keys),
    }
    if not path:  # the model's tensors lie among the rest
        used |= {name for key in tensors for name in (key, str(key).partition(".")[0])}
    unused = [(key, item) for level in around for key, item in level.items() if key not in used]
    if path:  # of the state dict itself: counts, which are no layer's
        counts = ((key, item) for key, item in model.items() if isinstance(item, Stub))
        unused += [(key, item) for key, item in counts if key not in {*tensors, "n_averaged"}]
    alone = not path and optimizer is None and all(value is None for value in stated.values())
    return RawCheckpoint(
        form="weights" if alone else "tutorial",
        model=_tensors(tensors),
        optimizer=optimizer,
        normalisation=(named[0]["mean"], named[0]["std"]) if named else None,
        ignored=tuple(_labelled(key, item) for key, item in unused),
        module=_module(model),
        **stated,
    )


def _optimizer(level: Mapping[Any, Any]) -> tuple[Any, str] | None:
    """The optimizer's state dict beside a model, and its key."""
    key = find_optimizer(level)
    if key is None:
        return None
    value = level[key]
    return (value[0] if isinstance(value, list) else value), key


def _no_model(tree: Mapping[Any, Any]) -> CheckpointError:
    if "param_groups" in tree or _optimizer(tree) is not None:
        return CheckpointError(
            "The file holds an optimizer's state dict and no model's: "
            "save torch.save(model.state_dict(), path), or both in one dictionary."
        )
    for value in tree.values():
        problem = (value.problem or no_tensor(value.name)) if isinstance(value, Inert) else None
        if problem is not None:
            return problem
    return CheckpointError(
        "The file holds {names} and no model: save torch.save(model.state_dict(), path).",
        names=_keys([str(key) for key in tree]),
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
        mean, std = map(metadata.get, _NORMALISATION)
        named = None if mean is None or std is None else (mean, std)
        return RawCheckpoint(form="safetensors", model=_tensors(tree), normalisation=named)
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
