"""In what order layers follow one another: as in the file, by their numbers, or by their shapes."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence

from mlcore.checkpoint.layer_names import are_numbered, natural_order
from mlcore.checkpoint.layers import Linear
from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.config import PIXELS
from mlcore.errors import CheckpointError
from mlcore.rules import list_words

__all__ = ["check_chain", "check_rebuilds_no_images", "follow", "order_layers", "turned_round"]

_SEARCHED = 5000  # steps of the search by shape, after which the order counts as unclear
_MOST = 64  # layers that are searched


def order_layers(linears: Sequence[Linear], *, ordered: bool) -> list[Linear]:
    """The chain from 784 pixels to the outputs; matrices stored the other way round are flipped.

    The file's own order counts first, where it keeps one; then numbers in the names; then what
    follows from the shapes alone, if only one order does.

    Raises:
        CheckpointError: there is no such order, or there are several.
    """
    found = _ordered(linears, ordered=ordered)
    if found is None and (turned := turned_round(linears)):
        found = _ordered(turned, ordered=ordered)
    if found is not None:
        return found
    first = list(linears) if ordered else _natural(linears)
    _check_one_model(first)
    check_rebuilds_no_images(first)
    check_chain(first)
    raise _unclear(first)


def turned_round(linears: Sequence[Linear]) -> list[Linear] | None:
    """The layers with matrices stored as (inputs, outputs); None where nothing proves that.

    Their biases do, each as long as its matrix's second dimension; without any, that two or more
    layers follow one another as they lie or are numbered. A generator of images, whose last layer
    looks like such a first one, has neither.
    """
    if any(layer.flipped or layer.gain or layer.vectors for layer in linears):
        return None
    turned = [dataclasses.replace(layer, flipped=True) for layer in linears]
    biases = [(layer, layer.bias) for layer in turned if layer.bias is not None]
    if any(math.prod(bias.shape) != layer.outputs for layer, bias in biases):
        return None
    proven = any(layer.inputs != layer.outputs for layer, _ in biases)
    lies_so = len(turned) > 1 and (follow(turned) or follow(_natural(turned)))
    return turned if proven or lies_so else None


def check_chain(linears: Sequence[Linear]) -> None:
    """Make sure that each layer takes what the one before it gives.

    Raises:
        CheckpointError: one does not; the sentence names it.
    """
    before = PIXELS
    for number, layer in enumerate(linears):
        shape = shape_text(layer.weight.shape)
        if layer.inputs != before and number == 0:
            raise CheckpointError(
                "`{name}` has shape {shape}, but an image has {values} values: "
                "only models of 28×28 images can be used.",
                name=printable(f"{layer.name}.weight".removeprefix(".")),
                shape=shape,
                values=before,
            )
        if layer.inputs != before:
            raise CheckpointError(
                "`{layer}.weight` has shape {shape}, but the layer before it gives {values} "
                "values: only models whose layers follow one another can be used.",
                layer=printable(layer.name),
                shape=shape,
                values=before,
            )
        before = layer.outputs


def check_rebuilds_no_images(linears: Sequence[Linear]) -> None:
    """Make sure that no layer gives an image again.

    Raises:
        CheckpointError: one does; the model is an autoencoder.
    """
    if any(layer.outputs == PIXELS != layer.inputs for layer in linears):
        raise CheckpointError(
            "The model in the file gives as many numbers as an image has pixels ({pixels}), as an "
            "autoencoder or a generator of images does, and only models that tell classes apart "
            "can be used here.",
            pixels=PIXELS,
        )


def _ordered(linears: Sequence[Linear], *, ordered: bool) -> list[Linear] | None:
    natural = _natural(linears)
    if ordered and follow(linears):
        return list(linears)
    if follow(natural) and are_numbered(layer.name for layer in natural):
        return natural
    paths = list(_paths(natural))
    if not paths:
        return None
    if len(paths) > 1 or not _told_apart(paths[0]):
        raise _unclear(natural)
    return paths[0]


def _check_one_model(linears: Sequence[Linear]) -> None:
    """Refuse several whole models under names that begin differently."""
    models: dict[str, list[Linear]] = {}
    for layer in linears:
        models.setdefault(layer.name.partition(".")[0], []).append(layer)
    whole = [name for name, layers in models.items() if len(layers) > 1 and follow(layers)]
    if len(whole) > 1 and len(whole) == len(models):
        raise CheckpointError(
            "The state dict holds {count} models ({names}), and one is used at a time: "
            "save the state dict of the one that is wanted.",
            count=len(whole),
            names=", ".join(f"`{printable(name, 30)}`" for name in whole[:4]),
        )


def _natural(linears: Sequence[Linear]) -> list[Linear]:
    return sorted(linears, key=lambda layer: natural_order(layer.name))


def follow(linears: Sequence[Linear]) -> bool:
    """Whether each layer takes what the one before it gives, and the first an image."""
    widths = [PIXELS, *(layer.outputs for layer in linears)]
    return all(layer.inputs == width for layer, width in zip(linears, widths, strict=False))


def _told_apart(path: Sequence[Linear]) -> bool:
    """Whether layers of one shape differ by their number, which gives their order."""
    shapes: dict[tuple[int, int], list[str]] = {}
    for layer in path:
        shapes.setdefault((layer.inputs, layer.outputs), []).append(layer.name)
    return all(are_numbered(names) for names in shapes.values())


def _paths(natural: Sequence[Linear]) -> Iterator[list[Linear]]:
    """The first two orders that the shapes allow; layers of one shape count as one."""
    if len(natural) > _MOST:
        return
    shapes: dict[tuple[int, int], list[Linear]] = {}
    for layer in natural:
        shapes.setdefault((layer.inputs, layer.outputs), []).append(layer)
    left = {shape: len(layers) for shape, layers in shapes.items()}
    path: list[tuple[int, int]] = []
    steps = 0

    def walk(width: int) -> Iterator[list[tuple[int, int]]]:
        nonlocal steps
        steps += 1
        if len(path) == len(natural):
            yield list(path)
        for shape in left:
            if steps < _SEARCHED and shape[0] == width and left[shape]:
                left[shape] -= 1
                path.append(shape)
                yield from walk(shape[1])
                path.pop()
                left[shape] += 1

    for sequence in itertools.islice(walk(PIXELS), 2):
        queues = {shape: iter(layers) for shape, layers in shapes.items()}
        yield [next(queues[shape]) for shape in sequence]


def _unclear(linears: Sequence[Linear]) -> CheckpointError:
    names = [f"`{printable(layer.name, 30)}`" for layer in linears[:4]]
    more = "" if len(linears) <= 4 else ", …"
    return CheckpointError(
        "The layers {names} can follow one another in several orders, and neither their names "
        "nor the file tell which: number their names in order, and save the file again.",
        names=list_words(names) if not more else ", ".join(names) + more,
    )
