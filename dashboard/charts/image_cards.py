"""Test images as a grid of small cards, each a link to the page of its image.

Each card has the picture, its class, and the three likeliest classes with their probabilities.
The grid is HTML: it folds to the width of the window, and a screen reader can read it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.legend import answer_signs, sign_list
from dashboard.charts.samples import png
from dashboard.charts.theme import DARK, LIGHT
from dashboard.words.translation import _
from dashboard.words.wording import probability, with_article
from mlcore.insight.answers import Answers

__all__ = ["Guess", "ImageCard", "card_words", "cards_html", "image_cards"]

_GUESSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One of the likeliest classes."""

    label: str
    probability: float  # 0 to 1
    right: bool  # it is the true class


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCard:
    """One picture and the classes that the model thought likeliest."""

    index: int  # of the picture in the test set
    label: str  # the true class
    guesses: tuple[Guess, ...]  # likeliest first


def image_cards(
    answers: Answers, indices: Sequence[int], classes: Sequence[str]
) -> tuple[ImageCard, ...]:
    """The cards of these images, in this order.

    Args:
        answers: to the whole test set.
        indices: of the images.
        classes: their C names.
    """
    return tuple(_card(answers, int(index), classes) for index in indices)


def cards_html(
    cards: Sequence[ImageCard],
    images: NDArray[np.uint8],
    address: Callable[[int], str],
) -> str:
    """The cards as one HTML fragment with its styles.

    Args:
        cards: which pictures, in the order they are shown.
        images: (N, 28, 28) pictures of the whole test set.
        address: gives where the card of an image leads.
    """
    body = "".join(_card_html(card, images[card.index], address(card.index)) for card in cards)
    legend = sign_list(answer_signs(*map(_in_both_themes, ("right", "wrong"))))
    return f"<style>{_style()}</style>{legend}<div class='cards' role='list'>{body}</div>"


def card_words(card: ImageCard) -> str:
    """A card in words: "Test image 3: a 1 mistaken for a 0 with 75.0 % certainty"."""
    first = card.guesses[0]
    values = {
        "index": card.index,
        "true": with_article(card.label),
        "probability": probability(first.probability, 1),
    }
    if first.right:
        return _("Test image {index}: {true} recognised with {probability} certainty", **values)
    return _(
        "Test image {index}: {true} mistaken for {predicted} with {probability} certainty",
        predicted=with_article(first.label),
        **values,
    )


def _card(answers: Answers, index: int, classes: Sequence[str]) -> ImageCard:
    chances = answers.probabilities[index]  # (C,)
    likeliest = np.argsort(-answers.logits[index], kind="stable")[:_GUESSES].tolist()
    label = int(answers.labels[index])
    return ImageCard(
        index=index,
        label=classes[label],
        guesses=tuple(
            Guess(label=classes[number], probability=float(chances[number]), right=number == label)
            for number in likeliest
        ),
    )


def _card_html(card: ImageCard, image: NDArray[np.uint8], address: str) -> str:
    words = html.escape(card_words(card), quote=True)
    label = html.escape(_("is {label}", label=with_article(card.label)))
    bars = "".join(_guess_html(guess) for guess in card.guesses)
    return (
        f"<div role='listitem'><a href='{html.escape(address, quote=True)}' target='_self' "
        f"title='{words}' data-place='image={card.index}'>"
        f"<img alt='{words}' src='{png(image)}'>"
        f"<span class='about'><b class='is'>{label}</b>{bars}</span>"
        "</a></div>"
    )


def _guess_html(guess: Guess) -> str:
    name = html.escape(guess.label)
    kind = "right" if guess.right else "wrong"
    width = max(guess.probability * 100, 0.5)
    return (
        f"<span class='guess {kind}'><b>{name}</b><i><s style='width:{width:.1f}%'></s></i>"
        f"<em>{probability(guess.probability, 0)}</em></span>"
    )


def _style() -> str:
    """Colours of both themes: the browser takes those of the one it shows."""
    grid, muted, wrong, right = map(_in_both_themes, ("grid", "muted", "wrong", "right"))
    return f"""
.cards {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr));
  gap: 10px; }}
.cards > div {{ min-width: 0; }}
.cards a {{ display: flex; gap: 10px; padding: 8px; border-radius: 8px; height: 100%;
  border: 1px solid {grid}; align-items: center; min-width: 0; box-sizing: border-box;
  color: inherit !important; text-decoration: none !important; }}
.cards a:hover {{ border-color: {muted}; }}
.cards img {{ width: 5.25rem; height: 5.25rem; border-radius: 4px; image-rendering: pixelated;
  flex: none; }}
.cards .about {{ display: block; flex: 1; min-width: 0; font-size: 0.8125rem; line-height: 1.45; }}
.cards .is {{ display: block; margin: 0 0 4px; font-weight: 600; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }}
.cards .guess {{ display: flex; align-items: center; gap: 6px; }}
.cards .guess b {{ font-weight: 500; min-width: 1.1em; max-width: 5em; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }}
.cards i {{ flex: 1; min-width: 0.75rem; height: 0.375rem; border-radius: 3px;
  background: {grid}; overflow: hidden; }}
.cards s {{ display: block; height: 100%; border-radius: 3px; background: {wrong}; }}
.cards .right s {{ background: {right}; }}
.cards em {{ font-style: normal; font-variant-numeric: tabular-nums; min-width: 3.1em;
  text-align: right; color: {muted}; }}
"""


def _in_both_themes(name: str) -> str:
    return f"light-dark({getattr(LIGHT, name)}, {getattr(DARK, name)})"
