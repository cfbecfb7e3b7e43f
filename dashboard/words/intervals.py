"""What a number of test images can tell, in words."""

from __future__ import annotations

from dashboard.words.translation import _, ngettext
from mlcore.insight.comparison import SIGNIFICANT, Comparison
from mlcore.insight.intervals import smallest_difference, wilson
from mlcore.runs import RunInfo
from mlcore.words import share_range

__all__ = [
    "accuracy_range",
    "could_be_chance",
    "run_accuracy_range",
    "what_means_something",
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
        "Another model would have to differ by {n:,} of the {total:,} images ({points:.2f} points) "
        "or more for it to mean something; a smaller difference could be chance.",
        "Another model would have to differ by {n:,} of the {total:,} images ({points:.2f} points) "
        "or more for it to mean something; a smaller difference could be chance.",
        images,
        total=total,
        points=100 * images / total,
    )


def could_be_chance(found: Comparison) -> str:
    """What McNemar's test says of two models, in plain words."""
    first, second = len(found.only_first_right), len(found.only_second_right)
    values = {
        "first": first,
        "second": second,
        "p": f"= {found.mcnemar_p:.3f}" if found.mcnemar_p >= 0.001 else "< 0.001",
    }
    if first == second:
        return _(
            "Each is right on {first:,} images that the other gets wrong: nothing speaks for "
            "either.",
            **values,
        )
    if found.mcnemar_p < SIGNIFICANT:
        if second > first:
            return _(
                "The second is better, and that is hardly chance: it alone is right on {second:,} "
                "images, the first alone on {first:,} (McNemar's exact test, p {p}).",
                **values,
            )
        return _(
            "The first is better, and that is hardly chance: it alone is right on {first:,} "
            "images, the second alone on {second:,} (McNemar's exact test, p {p}).",
            **values,
        )
    return _(
        "The difference could be chance: the first alone is right on {first:,} images, the second "
        "alone on {second:,} (McNemar's exact test, p {p}).",
        **values,
    )
