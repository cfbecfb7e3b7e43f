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

__all__ = ["notebook", "script"]


def script(what: RunConfig | Recipe, edits: Sequence[SettingsEdited] = ()) -> str:
    """A training as a script in plain PyTorch, which imports nothing of mlcore.

    On the CPU, with as many threads, its losses are those of the run to the last digit.

    Args:
        what: settings at the first step, or all that is known of a run.
        edits: made while it trained, in order; of settings alone.

    Raises:
        SettingsError: an edit is refused.
    """
    plan = Plan(recipe_from(what, edits))
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


def notebook(what: RunConfig | Recipe, edits: Sequence[SettingsEdited] = ()) -> str:
    """The same as a Jupyter notebook (nbformat 4.5); the cell tagged "parameters" has the options.

    Args:
        what: settings at the first step, or all that is known of a run.
        edits: made while it trained, in order; of settings alone.

    Raises:
        SettingsError: an edit is refused.
    """
    plan = Plan(recipe_from(what, edits))
    names = Names(data="data_folder", losses="losses_file", checkpoint="checkpoint_file")
    config = plan.config
    values = [
        f"data_folder = {_text(config.data.root or 'data')}",
        "losses_file = None  # or the name of a file for every step's loss",
    ]
    if plan.recipe.start is not None:
        values.append(f"checkpoint_file = {_text(str(plan.recipe.start.file))}")
    parts = [
        Part("", "", import_lines(plan)),
        Part("Options", "Where the files are.", values, tags=["parameters"]),
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
    return f"Train a small neural network on {find_family(plan.config.data.name).title}"


def _docstring(plan: Plan) -> Block:
    """What the script does, how it is called, and what it gives."""
    file = f"{plan.recipe.run or 'train'}.py"
    first = f'"""{_title(plan)}: `python {file} --data DIR`.'
    if len(first) > WIDTH:
        first = f'"""{_title(plan)}.'
    return [first, "", *_words_about(plan), '"""']


def _words_about(plan: Plan) -> list[str]:
    recipe, start = plan.recipe, plan.recipe.start
    whose = f"run {recipe.run}" if recipe.run else "a run with these settings"
    digits = "to the last digit"
    if recipe.processes > 1:
        digits = f"but for rounding, as {recipe.processes} processes trained it together"
    lines = [f"On the CPU it gives the losses of {whose} {digits}."]
    if start is not None and start.continues:
        lines.append(f"It continues from a checkpoint after step {start.step:,}.")
    elif start is not None:
        lines.append("Its initial weights come from a checkpoint.")
    if recipe.stopped is not None:
        lines += _words_about_stop(plan, recipe.stopped)
    if plan.config.data.name == "digits":
        lines.append("The images come with scikit-learn.")
    return lines


def _words_about_stop(plan: Plan, stopped: Stopped) -> list[str]:
    if plan.stop is None:
        return ["The run was stopped before it trained a step; this trains to the end."]
    where, epoch = ("in", stopped.epoch + 1) if plan.stop == "step" else ("after", stopped.epoch)
    epochs = plan.configs[-1].train.epochs
    return [
        f"The run was stopped after step {stopped.step:,}, {where} epoch {epoch:,} of {epochs:,}:",
        "this stops there too.",
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
