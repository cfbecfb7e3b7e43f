"""What a number of test images can tell, in words."""

from __future__ import annotations

from dashboard.words.translation import _, ngettext, translated
from dashboard.words.wording import sentences
from mlcore.insight.comparison import Comparison
from mlcore.insight.intervals import smallest_difference, wilson
from mlcore.insight.verdict import Verdict, judge_runs, verdict_words
from mlcore.runs import RunInfo
from mlcore.words import share_range

__all__ = [
    "accuracy_range",
    "run_accuracy_range",
    "verdict_sentence",
    "what_means_something",
    "which_is_better",
]


def accuracy_range(right: int, total: int) -> str:
    """The 95 % interval of an accuracy: "95 %: 97.83 to 98.37 %"."""
    return _("95 %: {range}", range=share_range(*wilson(right, total), _))


def run_accuracy_range(info: RunInfo) -> str:
    """The same of a run's test accuracy, for a list of runs: "97.83 to 98.37 %"; else empty."""
    interval = info.test_accuracy_interval
    return share_range(*interval, _) if interval else ""


def what_means_something(right: int, total: int) -> str:
    """Which difference to another model would mean something."""
    images = smallest_difference(right, total)
    if images >= total:
        return ngettext(
            "{n:,} image is too few to tell one model from another.",
            "{n:,} images are too few to tell one model from another.",
            total,
        )
    return ngettext(
        "By its accuracy alone, another model would have to differ by {n:,} of the {total:,} "
        "images ({points:.2f} points) or more for it to mean something. “Compare” looks at both "
        "models' answers image by image, and can tell smaller differences from chance.",
        "By its accuracy alone, another model would have to differ by {n:,} of the {total:,} "
        "images ({points:.2f} points) or more for it to mean something. “Compare” looks at both "
        "models' answers image by image, and can tell smaller differences from chance.",
        images,
        total=total,
        points=100 * images / total,
    )


def which_is_better(found: Comparison, *, own: bool = False) -> str:
    """What one run of each says of two settings, in plain words.

    Args:
        found: the answers of both.
        own: both are checkpoints of one run, so that only the images can be chance.
    """
    words = ngettext(
        "The first alone is right on {n:,} image, the second alone on {second:,}.",
        "The first alone is right on {n:,} images, the second alone on {second:,}.",
        len(found.only_first_right),
        second=len(found.only_second_right),
    )
    verdict = verdict_sentence(judge_runs(found, own=own), _("the first"), _("the second"))
    return sentences(words, verdict)


def verdict_sentence(found: Verdict, first: str, second: str) -> str:
    """A verdict on two settings that are called so, as one sentence."""
    words = verdict_words(found, first, second, translated).replace("95 %", "95\N{NO-BREAK SPACE}%")
    return words[0].upper() + words[1:]
