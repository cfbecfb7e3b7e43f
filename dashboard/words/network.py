"""What the drawing of a network shows, in words: its answer to the image, and what is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.words.translation import _, ngettext
from dashboard.words.wording import figure, listed, probability, sentences, with_article
from mlcore.insight.diagram import Diagram, DrawnLayer, Reaction

__all__ = ["answer_words", "change_words", "layer_title", "shown_words"]


def layer_title(layer: DrawnLayer, *, last: bool) -> str:
    """What stands above a layer: its name, and how many of its units are drawn."""
    if last:
        return _("{layer} · output", layer=layer.name)
    if len(layer.units) == layer.width:
        return ngettext(
            "{layer} · {n:,} unit", "{layer} · {n:,} units", layer.width, layer=layer.name
        )
    return _(
        "{layer} · {shown} of {width:,}",
        layer=layer.name,
        shown=len(layer.units),
        width=layer.width,
    )


def answer_words(reaction: Reaction, classes: Sequence[str]) -> str:
    """What the image is, and what the network takes it for."""
    best = int(reaction.probabilities.argmax())
    values = {
        "image": reaction.image,
        "true": with_article(classes[reaction.label]),
        "predicted": with_article(classes[best]),
        "chance": probability(float(reaction.probabilities[best]), 1),
    }
    if best == reaction.label:
        return _("Test image {image:,} is {true}, and the network says so with {chance}.", **values)
    return _(
        "Test image {image:,} is {true}; the network says {predicted} with {chance}.", **values
    )


def shown_words(diagram: Diagram) -> str:
    """Which units are left out, and by what they are chosen; nothing where all are drawn."""
    parts = [
        _("{shown} of {width:,} in {layer}", shown=len(one.units), width=one.width, layer=one.name)
        for one in diagram.layers[:-1]
        if len(one.units) < one.width
    ]
    if not parts:
        return ""
    return _(
        "Drawn are the units with the largest weights ({parts}); the others take part all the "
        "same.",
        parts=listed(parts),
    )


def change_words(diagram: Diagram, rate: float | None) -> str:
    """What the last step, or steps, did to the weights that are drawn.

    Args:
        diagram: the network.
        rate: the learning rate, where a step is minus it times the gradient; None elsewhere.
    """
    changes = [layer.change for layer in diagram.layers if layer.change is not None]
    if diagram.since is None or not changes:
        return _("What came before this moment is not known: there is no change to draw.")
    largest = figure(max(float(abs(change).max()) for change in changes))
    steps = diagram.step - diagram.since
    if steps != 1:
        return ngettext(
            "Since step {since:,}, {n:,} step ago, a drawn weight has changed by {largest} at "
            "most.",
            "Since step {since:,}, {n:,} steps ago, a drawn weight has changed by {largest} at "
            "most.",
            steps,
            since=diagram.since,
            largest=largest,
        )
    text = _(
        "Step {step:,} changed a drawn weight by {largest} at most.",
        step=diagram.step,
        largest=largest,
    )
    if rate is not None:
        told = _("Each change is −{rate:g} × the gradient of the batch's loss.", rate=rate)
        return sentences(text, told)
    return text
