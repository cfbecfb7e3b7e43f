"""The code of a training as a script and as a Jupyter notebook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlcore.config import RunConfig
from mlcore.data import find_family
from mlcore.events import SettingsEdited, Stopped
from mlcore.export.code.names import Names
from mlcore.export.code.parts import import_lines, training_parts
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import WIDTH, Block, Part, bracketed, joined
from mlcore.export.code.recipe import Recipe, recipe_from
from mlcore.words import N_, Translate, in_english

__all__ = ["notebook", "script"]


def script(
    what: RunConfig | Recipe,
    edits: Sequence[SettingsEdited] = (),
    translate: Translate = in_english,
) -> str:
    """A training as a script in plain PyTorch, which imports nothing of mlcore.

    On the CPU, with as many threads, its losses are those of the run to the last digit.

    Args:
        what: settings at the first step, or all that is known of a run.
        edits: made while it trained, in order; of settings alone.
        translate: puts comments into another language; the code stays the same.

    Raises:
        SettingsError: an edit is refused.
    """
    plan = Plan(recipe_from(what, edits), translate)
    names = Names(data="options.data", losses="options.losses", checkpoint="options.checkpoint")
    blocks: list[Block] = [
        _docstring(plan),
        ["import argparse"],
        import_lines(plan),
        _options(plan),
    ]
    for part in training_parts(plan, names):
        blocks += part.blocks
    return joined(blocks)


def notebook(
    what: RunConfig | Recipe,
    edits: Sequence[SettingsEdited] = (),
    translate: Translate = in_english,
) -> str:
    """The same as a Jupyter notebook (nbformat 4.5); the cell tagged "parameters" has the options.

    Args:
        what: settings at the first step, or all that is known of a run.
        edits: made while it trained, in order; of settings alone.
        translate: puts comments into another language; the code stays the same.

    Raises:
        SettingsError: an edit is refused.
    """
    plan = Plan(recipe_from(what, edits), translate)
    names = Names(data="data_folder", losses="losses_file", checkpoint="checkpoint_file")
    config = plan.config
    values = [
        f"data_folder = {_text(config.data.root or 'data')}",
        plan.noted("losses_file = None", N_("or the name of a file for every step's loss")),
    ]
    if plan.recipe.start is not None:
        values.append(f"checkpoint_file = {_text(str(plan.recipe.start.file))}")
    parts = [
        Part("", "", import_lines(plan)),
        Part(
            plan.words(N_("Options")),
            plan.words(N_("Where the files are.")),
            values,
            tags=["parameters"],
        ),
        *training_parts(plan, names),
    ]
    title = "\n\n".join([f"# {_title(plan)}", "\n".join(_words_about(plan))])
    cells = [_cell("markdown", title)]
    for part in parts:
        if part.title:
            cells.append(_cell("markdown", f"## {part.title}\n\n{part.words}"))
        cells.append(_cell("code", joined(part.blocks).rstrip("\n"), part.tags))
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{number}"
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": python, "language_info": {"name": "python"}}
    content = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, text: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": lines}
    if tags:
        cell["metadata"] = {"tags": list(tags)}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _title(plan: Plan) -> str:
    return plan.words(
        N_("Train a small neural network on {data}"),
        data=plan.words(find_family(plan.config.data.name).title),
    )


def _docstring(plan: Plan) -> Block:
    """What the script does, how it is called, and what it gives."""
    file = f"{plan.recipe.run or 'train'}.py"
    title = _title(plan)
    first = plan.words(N_("{title}: `python {file} --data DIR`."), title=title, file=file)
    if len(first) + 3 > WIDTH:
        first = plan.words(N_("{words}."), words=title)
    return [f'"""{first}', "", *_words_about(plan), '"""']


def _words_about(plan: Plan) -> list[str]:
    recipe, start = plan.recipe, plan.recipe.start
    whose = plan.words(N_("a run with these settings"))
    if recipe.run:
        whose = plan.words(N_("run {run}"), run=recipe.run)
    if recipe.processes > 1:
        lines = [
            plan.words(
                N_(
                    "On the CPU it gives the losses of {whose} but for rounding, as {count} "
                    "processes trained it together."
                ),
                whose=whose,
                count=recipe.processes,
            )
        ]
    else:
        exact = N_("On the CPU it gives the losses of {whose} to the last digit.")
        lines = [plan.words(exact, whose=whose)]
    if start is not None and start.continues:
        continues = N_("It continues from a checkpoint after step {step:,}.")
        lines.append(plan.words(continues, step=start.step))
    elif start is not None:
        lines.append(plan.words(N_("Its initial weights come from a checkpoint.")))
    if recipe.stopped is not None:
        lines += _words_about_stop(plan, recipe.stopped)
    if plan.config.data.name == "digits":
        lines.append(plan.words(N_("The images come with scikit-learn.")))
    return lines


def _words_about_stop(plan: Plan, stopped: Stopped) -> list[str]:
    if plan.stop is None:
        never = N_("The run was stopped before it trained a step; this trains to the end.")
        return [plan.words(never)]
    if plan.stop == "step":
        where = N_("The run was stopped after step {step:,}, in epoch {epoch:,} of {epochs:,}:")
    else:
        where = N_("The run was stopped after step {step:,}, after epoch {epoch:,} of {epochs:,}:")
    epoch = stopped.epoch + 1 if plan.stop == "step" else stopped.epoch
    epochs = plan.configs[-1].train.epochs
    return [
        plan.words(where, step=stopped.step, epoch=epoch, epochs=epochs),
        plan.words(N_("this stops there too.")),
    ]


def _options(plan: Plan) -> Block:
    """The options of the script, with their defaults."""
    config, start = plan.config, plan.recipe.start
    folder = _text(config.data.root or "data")
    words = "folder of the images"
    if config.data.name == "digits":
        words = "not needed: sklearn has them"
    lines = [
        "parser = argparse.ArgumentParser()",
        *bracketed("parser.add_argument(", ['"--data"', f"default={folder}", f'help="{words}"']),
        'parser.add_argument("--losses", help="file for the loss of every step")',
    ]
    if start is not None:
        lines.append(f"checkpoint_file = {_text(str(start.file))}")
        lines.append('parser.add_argument("--checkpoint", default=checkpoint_file)')
    return [*lines, "options = parser.parse_args()"]


def _text(value: str) -> str:
    """A string as `ruff format` writes it."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
