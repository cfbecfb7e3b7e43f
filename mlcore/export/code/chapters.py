"""The code of a training in five chapters: those of the quick start."""

from __future__ import annotations

import json
from typing import Literal, get_args

from mlcore.config import RunConfig
from mlcore.export.code.data_code import data_part
from mlcore.export.code.loop_code import training_part
from mlcore.export.code.model_code import model_part
from mlcore.export.code.names import Names
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import Block, joined
from mlcore.export.code.recipe import Recipe, recipe_from
from mlcore.export.code.training_code import (
    evaluate_lines,
    load_lines,
    optimizer_part,
    save_lines,
    test_lines,
)
from mlcore.words import Translate, in_english

__all__ = ["CHAPTERS", "Chapter", "chapter_code"]

Chapter = Literal["data", "model", "training", "testing", "saving"]
CHAPTERS: tuple[Chapter, ...] = get_args(Chapter)


def chapter_code(
    what: RunConfig | Recipe, chapter: Chapter, translate: Translate = in_english
) -> str:
    """The lines of the script that do one thing, without imports and options.

    Those of "saving" also read what was saved, as another script would.

    Args:
        what: settings, or all that is known of a run.
        chapter: which lines.
        translate: puts comments into another language; the code stays the same.
    """
    plan = Plan(recipe_from(what), translate)
    names = Names(
        data=json.dumps(plan.config.data.root or "data", ensure_ascii=False),
        losses="None",
        checkpoint="checkpoint_file",
    )
    return joined(block for block in _blocks(plan, names, chapter) if block)


def _blocks(plan: Plan, names: Names, chapter: Chapter) -> list[Block]:
    match chapter:
        case "data":
            return data_part(plan, names).blocks
        case "model":
            return model_part(plan).blocks
        case "training":
            return [*optimizer_part(plan, names).blocks, *training_part(plan).blocks]
        case "testing":
            return [evaluate_lines(plan), test_lines(plan)]
        case "saving":
            return [save_lines(plan), load_lines(plan)]
