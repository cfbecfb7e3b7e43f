"""Where batch norms stand among the layers: their order in the file, numbers and widths tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcore.checkpoint.layer_names import natural_order, place_in_sequence
from mlcore.checkpoint.layers import Linear, Norm
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import PIXELS
from mlcore.errors import CheckpointError

__all__ = ["Placed", "place_norms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A linear layer with its batch norms.

    Attributes:
        linear: the layer.
        before: batch norms of what it takes: of the image, or behind the activation before it.
        after: batch norms of what it gives, before the activation.
        certain: whether the file tells on which side of the activation they stand.
    """

    linear: Linear
    before: tuple[Norm, ...] = ()
    after: tuple[Norm, ...] = ()
    certain: bool = False

    @property
    def names(self) -> list[str]:
        """Of its layers in the file, in order."""
        norms = [norm.name for norm in self.before], [norm.name for norm in self.after]
        return [*norms[0], self.linear.name, *norms[1]]


def place_norms(
    linears: Sequence[Linear],
    norms: Sequence[Norm],
    names: Sequence[str],
    *,
    ordered: bool,
    known: Mapping[str, int] | None = None,
) -> tuple[Placed, ...]:
    """Give each batch norm its place.

    Args:
        linears: in the order in which they follow one another.
        norms: in the order of the file, or of their numbers.
        names: of all layers, in the order of the file.
        ordered: whether that order is the one in which they were made.
        known: places of layers and activations by their names, where they are known.

    Raises:
        CheckpointError: there is no place for one of them, or several.
    """
    gaps = _Gaps(known or {})
    where = _by_position(linears, norms, names, gaps, ordered=ordered)
    if where is None:
        where = _by_number(linears, sorted(norms, key=lambda norm: natural_order(norm.name)))
    if where is None:
        raise CheckpointError(
            "The file does not say behind which layers its batch normalisations ({names}) stand: "
            "number their names as the layers', and save the file again.",
            names=", ".join(f"`{printable(norm.name, 30)}`" for norm in norms[:4]),
        )
    return tuple(_placed(index, layer, where, gaps) for index, layer in enumerate(linears))


class _Gaps:
    """How many modules stand between two, by what is known or by numbers in an `nn.Sequential`."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known

    def between(self, layer: str, norm: str) -> int | None:
        if layer in self._known and norm in self._known:
            return self._known[norm] - self._known[layer] - 1
        first, second = place_in_sequence(layer), place_in_sequence(norm)
        if first is None or second is None or first[0] != second[0]:
            return None
        return second[1] - first[1] - 1


_Places = dict[tuple[int, bool], list[Norm]]
"""(number of a linear layer from 0, whether behind it) → its batch norms."""


def _placed(index: int, layer: Linear, where: _Places, gaps: _Gaps) -> Placed:
    after = where.get((index, True), [])
    certain = any(gaps.between(layer.name, norm.name) is not None for norm in after)
    before = tuple(where.get((index, False), []))
    return Placed(linear=layer, before=before, after=tuple(after), certain=certain)


def _by_position(
    linears: Sequence[Linear],
    norms: Sequence[Norm],
    names: Sequence[str],
    gaps: _Gaps,
    *,
    ordered: bool,
) -> _Places | None:
    """Each norm behind the layer that comes before it in the file, where widths agree."""
    places = [place_in_sequence(name) for name in names]
    if None not in places and len({place[0] for place in places if place}) == 1:
        names = sorted(names, key=natural_order)
    elif not ordered:
        return None
    numbers = {layer.name: number for number, layer in enumerate(linears)}
    if [name for name in names if name in numbers] != list(numbers):
        return None
    known, where, last = {norm.name: norm for norm in norms}, _Places(), -1
    for name in names:
        if name in numbers:
            last = numbers[name]
            continue
        norm = known[name]
        width = PIXELS if last < 0 else linears[last].outputs
        if norm.width != width:
            return None
        # A module between the layer and its norm is the activation: the norm stands behind it.
        gap = gaps.between(linears[last].name, name) if last >= 0 else None
        behind = last >= 0 and not gap
        place = (last, True) if behind or last == len(linears) - 1 else (last + 1, False)
        if place in where and gap is None:
            return None
        where.setdefault(place, []).append(norm)
    return where


def _by_number(linears: Sequence[Linear], norms: Sequence[Norm]) -> _Places | None:
    """By numbers that agree ("norm2" and "linear2"), one behind each, or by unique widths."""
    if all(layer.outputs != PIXELS for layer in linears):
        images = [norm for norm in norms if norm.width == PIXELS]
        if images:  # these are norms of the image
            others = _by_number(linears, [norm for norm in norms if norm.width != PIXELS])
            return None if others is None else {(0, False): images, **others}
    by_number = {_number(layer.name): index for index, layer in enumerate(linears)}
    numbered = [by_number.get(_number(norm.name)) for norm in norms]
    one_each = list(range(len(norms))) if len(norms) == len(linears) - 1 else []
    widths = [layer.outputs for layer in linears]
    unique = [widths.index(n.width) if widths.count(n.width) == 1 else None for n in norms]
    for choice in (numbered, one_each, unique):
        places = [place for place in choice if place is not None]
        fits = len(places) == len(norms) == len(set(places)) and all(
            norm.width == widths[place] for norm, place in zip(norms, places, strict=True)
        )
        if fits:
            return {(place, True): [norm] for norm, place in zip(norms, places, strict=True)}
    return None


def _number(name: str) -> int | None:
    match = re.search(r"(\d{1,4})\D*$", name)
    return int(match[1]) if match else None
