"""What a person should know of a file: what is assumed of it, and what of it is not used."""

from __future__ import annotations

from mlcore.checkpoint.architecture import Architecture
from mlcore.checkpoint.departures import assumed_layers, departures
from mlcore.checkpoint.forms import RawCheckpoint
from mlcore.checkpoint.module_hints import ModuleHints
from mlcore.checkpoint.normalisation import Normalisation
from mlcore.checkpoint.untrusted.source import printable
from mlcore.checkpoint.weights import file_dtypes
from mlcore.errors import Notice
from mlcore.rules import list_words

__all__ = ["assumed", "warnings"]

_NAMED = 5  # parts of a file that are not used, at most; the others are counted


def assumed(
    raw: RawCheckpoint, found: Architecture, hints: ModuleHints, normalisation: Normalisation
) -> tuple[Notice, ...]:
    """What the file does not say, with what is taken instead."""
    made: list[Notice] = []
    if raw.config is None:
        made.extend(assumed_layers(found))
        if found.hidden:
            relu = Notice("Activation after the hidden layers: relu.")
            made.extend(hints.assumed or (relu,))
        if hints.dropout is None:
            made.append(Notice("Dropout while training: none."))
        made.append(Notice("Output: log-probabilities, for the nll loss."))
    if raw.data is None:
        values = {"mean": normalisation.mean, "std": normalisation.std}
        made.append(
            Notice("Normalisation: mean {mean:g}, std {std:g}, as the file names them.", **values)
            if normalisation.named
            else Notice("Normalisation of the images: mean {mean:g}, std {std:g}.", **values)
        )
        made.append(Notice("Class names: 0 to {last}.", last=found.outputs - 1))
    return tuple(made)


def warnings(
    raw: RawCheckpoint, found: Architecture, normalisation: Normalisation, kept: str
) -> tuple[Notice, ...]:
    """What is not as in the file, or not used of it; `kept` is the model's kind of numbers."""
    made = [*departures(found), *normalisation.notices]
    kinds = set(file_dtypes(found).values()) - {kept, "int64"}
    if kinds:
        made.append(
            Notice(
                "Its {kinds} numbers were converted to {kept}.",
                kinds=list_words(sorted(kinds)),
                kept=kept,
            )
        )
    if raw.module is not None:
        made.append(
            Notice(
                "The model was pickled whole, as a `{name}`: its tensors were read, and none of "
                "its code was run.",
                name=printable(raw.module.name),
            )
        )
    unused = [name for name in found.unused if name not in normalisation.names]
    ignored = (*raw.ignored, *(f"`{printable(name, 30)}`" for name in unused))
    if ignored:
        names = ", ".join(ignored[:_NAMED])
        rest = len(ignored) - _NAMED
        made.append(
            Notice("Not used: {names} and {rest} more.", names=names, rest=rest)
            if rest > 0
            else Notice("Not used: {names}.", names=names)
        )
    return tuple(made)
