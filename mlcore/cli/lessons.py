"""`mlcore lessons`: experiments that are run wrong and right side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption
from mlcore.cli.layout import LiveLine, print_json, table
from mlcore.cli.options import POSITIONAL, argument, text, whole_number
from mlcore.lessons import LESSONS, Curve, Lesson, Pair, find_lesson
from mlcore.lessons.source import body_of
from mlcore.words import NO_FIGURE, figure, percent

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the lessons, or run one: the mistake and the right way side by side, on the digits."""

    name: Annotated[
        str, POSITIONAL, argument("the lesson; without one: all are listed", "NAME")
    ] = ""
    seed: Annotated[
        int | None,
        whole_number("seed", low=0),
        text("of the weights and of the order of the images", "1", "N"),
    ] = None
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """List the lessons, or run one and say what is seen."""
    options, _ = read("lessons", Options, argv)
    if not options.name:
        _list(as_json=options.json)
        return 0
    lesson = find_lesson(options.name)
    seed = 1 if options.seed is None else options.seed
    pair = _run(lesson, seed, shown=not options.json)
    evidence = lesson.symptom(pair)
    if options.json:
        print_json(
            {"lesson": lesson.name, "seed": seed, "evidence": evidence, **pair.to_json()},
        )
    else:
        _show(lesson, pair)
    return 0


def _list(*, as_json: bool) -> None:
    if as_json:
        for lesson in LESSONS.values():
            print_json({"lesson": lesson.name, "title": lesson.title, "question": lesson.question})
        return
    rows = [(lesson.name, lesson.question) for lesson in LESSONS.values()]
    print(table(("lesson", "question"), rows, left=2))


def _run(lesson: Lesson, seed: int, *, shown: bool) -> Pair:
    from mlcore.lessons.running import run_lesson  # loads torch

    line, pair = LiveLine(sys.stdout, shown=shown), Pair()
    for pair in run_lesson(lesson, seed):
        line.draw(f"step {len(pair.right.loss):,}")
    line.clear()
    return pair


def _show(lesson: Lesson, pair: Pair) -> None:
    print(f"{lesson.title}: {lesson.question}\n")
    for side in (lesson.wrong, lesson.right):
        print(f"{side.label}:\n")
        print("\n".join(f"    {line}".rstrip() for line in body_of(lesson.code(side)).split("\n")))
        print()
    headers = ("", "first loss", "lowest", "last", "accuracy")
    rows = [
        (lesson.wrong.label, *_figures(pair.wrong)),
        (lesson.right.label, *_figures(pair.right)),
    ]
    print(table(headers, rows))
    seen, evidence = lesson.found_in(pair)
    print(f"\n{seen.format(**evidence)}\n\n{lesson.why}\n\n{lesson.check}")


def _figures(curve: Curve) -> tuple[str, ...]:
    losses = curve.finite
    return (
        figure(losses[0]) if losses else NO_FIGURE,
        figure(min(losses)) if losses else NO_FIGURE,
        figure(curve.end),
        percent(curve.final),
    )
