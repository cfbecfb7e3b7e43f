"""One image large: with its saliency over it, with pixels that were changed, and beside others.

All of it is HTML with inline PNGs: it folds on a phone, and a screen reader can read it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.legend import changed_pixel_signs, sign_list
from dashboard.charts.samples import png
from dashboard.charts.theme import Palette
from dashboard.words.translation import _
from dashboard.words.wording import figure, percent

__all__ = ["flipped_html", "image_html", "neighbours_html", "probabilities_html"]

SIDE = 28


def image_html(
    image: NDArray[np.uint8],
    words: str,
    colours: Palette,
    saliency: NDArray[np.floating[Any]] | None = None,
) -> str:
    """An image large, with saliency over it and a legend where it is given.

    Args:
        image: (28, 28).
        words: what it shows.
        colours: of the page.
        saliency: (784,), above 0 for the class, below 0 against it.
    """
    shown = html.escape(words, quote=True)
    picture = f"<img alt='{shown}' src='{png(image)}'>"
    legend = ""
    if saliency is not None:
        picture += f"<img alt='' class='over' src='{png(_overlay(saliency, colours))}'>"
        against, speaks = html.escape(_("against it")), html.escape(_("for the class"))
        legend = f"<p><span>{against}</span><i></i><span>{speaks}</span></p>"
    return (
        f"<style>{_style(colours)}</style><div class='close-up'><div>{picture}</div>{legend}</div>"
    )


def probabilities_html(
    probabilities: Sequence[float], classes: Sequence[str], true: int | None, colours: Palette
) -> str:
    """All classes with their probability as bars; the true one is marked.

    Args:
        probabilities: (C,), 0 to 1.
        classes: their names.
        true: the class of the image; None where it is not known.
        colours: of the page.
    """
    rows, its_class = [], html.escape(_("true class"))
    for index, (name, value) in enumerate(zip(classes, probabilities, strict=True)):
        kind = "right" if index == true else "wrong"
        mark = f"<small>{its_class if index == true else ''}</small>"
        rows.append(
            f"<li class='{kind}'><b>{html.escape(name)}</b><i><s style='width:{100 * value:.2f}%'>"
            f"</s></i><span>{percent(value, 2)}</span>{mark}</li>"
        )
    style = _style(colours)
    return f"<style>{style}</style><ol class='chances' role='list'>{''.join(rows)}</ol>"


def flipped_html(
    image: NDArray[np.uint8], flip: Mapping[str, Any], words: tuple[str, str], colours: Palette
) -> str:
    """An image before and after a change that flips the answer; changed pixels are framed.

    Args:
        image: (28, 28).
        flip: "changes" with "index", "before" and "after".
        words: what stands below the two.
        colours: of the page.
    """
    changed = image.copy()
    frames = []
    for change in flip["changes"]:
        row, column = divmod(int(change["index"]), SIDE)
        changed[row, column] = change["after"]
        colour = colours.right if change["after"] else colours.wrong
        frames.append(
            f"<b style='left:{100 * column / SIDE:.3f}%;top:{100 * row / SIDE:.3f}%;"
            f"border-color:{colour}'></b>"
        )
    drawn = "".join(frames)
    figures = [
        f"<figure><div><img alt='' src='{png(one)}'>{drawn}</div>"
        f"<figcaption>{html.escape(text)}</figcaption></figure>"
        for one, text in zip((image, changed), words, strict=True)
    ]
    legend = sign_list(changed_pixel_signs(colours))
    return f"<style>{_style(colours)}</style><div class='flipped'>{''.join(figures)}</div>{legend}"


def neighbours_html(
    neighbours: Sequence[Mapping[str, Any]],
    images: NDArray[np.uint8],
    classes: Sequence[str],
    colours: Palette,
) -> str:
    """Training images with their class and distance, nearest first.

    Args:
        neighbours: "index", "label" and "distance" of each.
        images: (N, 28, 28) training images.
        classes: the names of the classes.
        colours: of the page.
    """
    cards = []
    for one in neighbours:
        name = classes[int(one["label"])]
        words = _("Training image {index}: {label}", index=one["index"], label=name)
        cards.append(
            f"<figure role='listitem'><img alt='{html.escape(words, quote=True)}' "
            f"title='{html.escape(words, quote=True)}' src='{png(images[int(one['index'])])}'>"
            f"<figcaption><b>{html.escape(name)}</b><br>{figure(one['distance'], 2)}</figcaption>"
            "</figure>"
        )
    style = _style(colours)
    return f"<style>{style}</style><div class='nearest' role='list'>{''.join(cards)}</div>"


def _overlay(saliency: NDArray[np.floating[Any]], colours: Palette) -> NDArray[np.uint8]:
    """(28, 28, 4): the colour of its sign, the more opaque the larger it is."""
    most = float(np.abs(saliency).max()) or 1.0
    values = (saliency / most).reshape(SIDE, SIDE)
    over = np.zeros((SIDE, SIDE, 4), np.uint8)
    for sign, colour in ((values > 0, colours.right), (values < 0, colours.wrong)):
        over[sign, :3] = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    over[..., 3] = np.round(255 * np.sqrt(np.abs(values)) * 0.92)
    return over


def _style(colours: Palette) -> str:
    return f"""
.close-up {{ max-width: 18.75rem; }}
.close-up div, .flipped figure div {{ position: relative; line-height: 0; background: #000;
  border-radius: 6px; overflow: hidden; border: 1px solid {colours.grid}; }}
.close-up img, .flipped img {{ width: 100%; aspect-ratio: 1; image-rendering: pixelated; }}
.close-up .over {{ position: absolute; inset: 0; width: 100%; height: 100%; }}
.flipped figure b {{ position: absolute; width: {100 / SIDE:.3f}%; height: {100 / SIDE:.3f}%;
  border: 2px solid; box-sizing: border-box; }}
.close-up p {{ display: flex; align-items: center; gap: 8px; margin: 6px 0 0; font-size: 0.8125rem;
  color: {colours.muted}; }}
.close-up i {{ flex: 1; height: 0.5rem; border-radius: 4px;
  background: linear-gradient(90deg, {colours.wrong}, #000, {colours.right}); }}
.chances {{ list-style: none; margin: 0; padding: 0; font-size: 0.875rem; }}
.chances li {{ display: flex; align-items: center; gap: 8px; margin: 0; padding: 2px 0; }}
.chances b {{ min-width: 1.2em; max-width: 7.5em; font-weight: 600; text-align: right; }}
.chances i {{ flex: 1; min-width: 1.875rem; height: 0.75rem; border-radius: 4px; overflow: hidden;
  background: {colours.grid}; }}
.chances s {{ display: block; height: 100%; background: {colours.wrong}; }}
.chances .right s {{ background: {colours.right}; }}
.chances span {{ min-width: 4.6em; text-align: right; font-variant-numeric: tabular-nums; }}
.chances small {{ width: 5.5em; color: {colours.muted}; }}
.flipped {{ display: grid; grid-template-columns: 1fr 1fr; gap: 12px; max-width: 26.25rem; }}
.flipped figure, .nearest figure {{ margin: 0; }}
.flipped figcaption, .nearest figcaption {{ font-size: 0.8125rem; margin-top: 4px;
  line-height: 1.35; }}
.nearest {{ display: flex; flex-wrap: wrap; gap: 12px; }}
.nearest img {{ width: 4.75rem; height: 4.75rem; image-rendering: pixelated; border-radius: 4px;
  border: 1px solid {colours.grid}; display: block; }}
.nearest figcaption {{ text-align: center; font-variant-numeric: tabular-nums; }}
"""
