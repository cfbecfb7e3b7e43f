"""What of a file's model is not here as it is in the file, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlcore.checkpoint.architecture import Architecture
from mlcore.checkpoint.layer_names import natural_order
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import Notice

__all__ = ["assumed_layers", "departures", "keeps_parameters"]

_NAMED = 5  # layers, at most


def keeps_parameters(found: Architecture) -> bool:
    """Whether the model's parameters are those of the file, one by one."""
    linears = [layer.linear for layer in found.layers]
    plain = all(
        layer.bias is not None
        and not layer.flipped
        and (layer.mask, layer.bias_mask, layer.gain, layer.vectors) == (None,) * 4
        for layer in linears
    )
    whole = all(None not in (norm.weight, norm.bias) for norm in found.norms)
    names = sorted(name for layer in found.layers for name in layer.names)
    same = found.batch_norm == bool(found.norms) and names == sorted(found.file_order)
    return plain and whole and same and not _used_twice(found)


def departures(found: Architecture) -> Iterator[Notice]:
    """What was made of layers that models here cannot have; the answers stay the same."""
    linears = [layer.linear for layer in found.layers]
    bare = [layer.name for layer in linears if layer.bias is None]
    if bare:
        yield Notice(
            "Not as in the file: where it has no bias ({layers}), there is one of 0 here, which "
            "further training moves.",
            layers=_names(bare),
        )
    computed = [layer.name for layer in linears if layer.gain or layer.vectors]
    if computed:
        yield Notice(
            "Not as in the file: the normed weights of {layers} were computed, and further "
            "training moves them as plain weights.",
            layers=_names(computed),
        )
    pruned = [layer.name for layer in linears if layer.mask or layer.bias_mask]
    if pruned:
        yield Notice(
            "Not as in the file: the masks of the pruned {layers} were applied, and further "
            "training may move what they had set to 0.",
            layers=_names(pruned),
        )
    twice = _used_twice(found)
    if twice:
        yield Notice(
            "Not as in the file: {layers} share their weights there, and have their own here.",
            layers=_names(twice),
        )
    yield from _norms(found)


def assumed_layers(found: Architecture) -> Iterator[Notice]:
    """How the layers were taken from other names."""
    chain = [layer.linear.name for layer in found.layers]
    known = [name for name in found.file_order if name in chain]
    if found.renamed and chain not in (known, sorted(chain, key=natural_order)):
        yield Notice(
            "Layers: taken in the order {layers}.",
            layers=" → ".join(_short(chain)),
        )
    elif found.renamed:
        layers = "fc1" if not found.hidden else f"fc1 … fc{len(found.hidden) + 1}"
        yield Notice("Layers: taken in the file's order as {layers}.", layers=layers)
    if any(layer.linear.flipped for layer in found.layers):
        yield Notice("Matrices: stored as (inputs, outputs), and were turned round.")
    sides = {layer.certain for layer in found.layers if layer.after}
    if False in sides:
        yield Notice("Batch norm: before the activation.")


def _norms(found: Architecture) -> Iterator[Notice]:
    plain = [norm.name for norm in found.norms if norm.weight is None or norm.bias is None]
    if plain and found.batch_norm:
        yield Notice(
            "Not as in the file: where batch norm has no weight and bias ({layers}), there are 1 "
            "and 0 here, which further training moves.",
            layers=_names(plain),
        )
    if found.norms and not found.batch_norm:
        behind = [norm.name for layer in found.layers[1:] for norm in layer.before]
        yield (
            Notice(
                "Not as in the file: the batch norm of {layers} stands behind the activation "
                "there, and became part of the layer after it; the answers are the same, and "
                "further training has no batch norm.",
                layers=_names(behind),
            )
            if behind
            else Notice(
                "Not as in the file: the batch norm of {layers}, which not every hidden layer "
                "has, became part of its layer; the answers are the same, and further training "
                "has no batch norm.",
                layers=_names([norm.name for norm in found.norms]),
            )
        )
    others = {norm.epsilon for norm in found.norms} - {1e-5}
    if others and found.batch_norm:
        yield Notice(
            "Not as in the file: the epsilon of its batch norm, {epsilon:g}, became part of the "
            "averages; the answers are the same.",
            epsilon=max(others),
        )


def _used_twice(found: Architecture) -> list[str]:
    keys = [(layer.linear.weight.storage, layer.linear.weight.offset) for layer in found.layers]
    names = [layer.linear.name for layer in found.layers]
    return [name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1]


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" if name != "…" else name for name in _short(names))


def _short(names: Sequence[str]) -> list[str]:
    shown = [printable(name, 30) for name in names[:_NAMED]]
    return [*shown, "…"] if len(names) > _NAMED else shown
