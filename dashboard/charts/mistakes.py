"""The test images a model gets wrong, as a grid of small cards.

Each card has the picture, its class, and the three likeliest classes with their probabilities.
The grid is HTML: it folds to the width of the window, and a screen reader can read it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.samples import png
from dashboard.charts.theme import Palette
from dashboard.words.translation import _
from dashboard.words.wording import percent, with_article

__all__ = ["Guess", "MistakeCard", "card_words", "mistake_cards", "mistakes_html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One of the likeliest classes."""

    label: str
    probability: float  # 0 to 1
    right: bool  # it is the true class


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeCard:
    """One picture and the classes that the model thought likeliest."""

    index: int  # of the picture in the test set
    label: str  # the true class
    guesses: tuple[Guess, ...]  # likeliest first
    loss: float


def mistake_cards(
    mistakes: Sequence[Mapping[str, Any]],
    classes: Sequence[str],
    true: int | None = None,
    predicted: int | None = None,
) -> tuple[MistakeCard, ...]:
    """The mistakes of an evaluation in their order, narrowed to one true or predicted class.

    Args:
        mistakes: objects with "index", "label", "guesses" ([class, probability], likeliest first)
            and "loss".
        classes: the names of the classes.
        true: index of the only true class wanted; None for all.
        predicted: index of the only predicted class wanted; None for all.
    """
    return tuple(
        _card(mistake, classes)
        for mistake in mistakes
        if true in (None, mistake["label"]) and predicted in (None, mistake["guesses"][0][0])
    )


def mistakes_html(cards: Sequence[MistakeCard], images: NDArray[np.uint8], palette: Palette) -> str:
    """The cards as one HTML fragment with its styles.

    Args:
        cards: which pictures, in the order they are shown.
        images: (N, 28, 28) pictures of the whole test set.
        palette: colours of the bars.
    """
    body = "".join(_card_html(card, images[card.index]) for card in cards)
    return f"<style>{_style(palette)}</style><div class='mistakes' role='list'>{body}</div>"


def card_words(card: MistakeCard) -> str:
    """A card in words: "Test image 3: a 1 mistaken for a 0 with 75.0 % certainty"."""
    first = card.guesses[0]
    return _(
        "Test image {index}: {true} mistaken for {predicted} with {probability} certainty",
        index=card.index,
        true=with_article(card.label),
        predicted=with_article(first.label),
        probability=percent(first.probability, 1),
    )


def _card(mistake: Mapping[str, Any], classes: Sequence[str]) -> MistakeCard:
    label = int(mistake["label"])
    guesses = tuple(
        Guess(label=classes[int(index)], probability=float(probability), right=int(index) == label)
        for index, probability in mistake["guesses"]
    )
    return MistakeCard(
        index=int(mistake["index"]),
        label=classes[label],
        guesses=guesses,
        loss=float(mistake["loss"]),
    )


def _card_html(card: MistakeCard, image: NDArray[np.uint8]) -> str:
    words = html.escape(card_words(card), quote=True)
    label = html.escape(_("is {label}", label=with_article(card.label)))
    bars = "".join(_guess_html(guess) for guess in card.guesses)
    return (
        f"<figure role='listitem' title='{words}'>"
        f"<img alt='{words}' src='{png(image)}'>"
        f"<figcaption><p>{label}</p>{bars}</figcaption>"
        "</figure>"
    )


def _guess_html(guess: Guess) -> str:
    name = html.escape(guess.label)
    kind = "right" if guess.right else "wrong"
    width = max(guess.probability * 100, 0.5)
    return (
        f"<div class='{kind}'><b>{name}</b><i><s style='width:{width:.1f}%'></s></i>"
        f"<span>{percent(guess.probability, 0)}</span></div>"
    )


def _style(palette: Palette) -> str:
    return f"""
.mistakes {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr));
  gap: 10px; }}
.mistakes figure {{ display: flex; gap: 10px; margin: 0; padding: 8px; border-radius: 8px;
  border: 1px solid {palette.grid}; align-items: center; min-width: 0; }}
.mistakes img {{ width: 84px; height: 84px; border-radius: 4px; image-rendering: pixelated;
  flex: none; }}
.mistakes figcaption {{ flex: 1; min-width: 0; font-size: 13px; line-height: 1.45; margin: 0; }}
.mistakes p {{ margin: 0 0 4px; font-size: 13px; font-weight: 600; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }}
.mistakes div {{ display: flex; align-items: center; gap: 6px; }}
.mistakes b {{ font-weight: 500; min-width: 1.1em; max-width: 5em; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }}
.mistakes i {{ flex: 1; min-width: 12px; height: 6px; border-radius: 3px;
  background: {palette.grid}; overflow: hidden; }}
.mistakes s {{ display: block; height: 100%; border-radius: 3px; background: {palette.wrong}; }}
.mistakes .right s {{ background: {palette.right}; }}
.mistakes span {{ font-variant-numeric: tabular-nums; min-width: 3.1em; text-align: right;
  opacity: 0.75; }}
"""
