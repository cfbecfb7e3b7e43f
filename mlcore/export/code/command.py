"""The command of a training."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from mlcore.config import SETTINGS, RunConfig
from mlcore.events import SettingsEdited
from mlcore.export.code.python_text import WIDTH
from mlcore.export.code.recipe import Recipe, recipe_from
from mlcore.rules import Value
from mlcore.words import N_, Translate, as_text, in_english

__all__ = ["command", "flags"]


def command(
    what: RunConfig | Recipe,
    edits: Sequence[SettingsEdited] = (),
    translate: Translate = in_english,
) -> str:
    """`mlcore train …` with what differs from the defaults, or `mlcore fork …`, for a shell.

    No one command repeats edits: comments say what was edited when.

    Args:
        what: settings at the first step, or all that is known of a run.
        edits: made while it trained, in order; of settings alone.
        translate: puts comments into another language.
    """
    recipe = recipe_from(what, edits)
    edits = recipe.edits
    if recipe.origin is not None:
        words = ["mlcore", "fork", recipe.origin.run, "--step", str(recipe.origin.step)]
        lines = [" ".join([*map(shlex.quote, words), *flags(recipe.origin.changes)])]
        begun = recipe.start is not None and recipe.start.continues
        edits = edits[1:] if begun and recipe.origin.changes else edits
    elif recipe.start is not None:
        lines = ["# " + translate(N_("It began with a file: {file}"), file=recipe.start.file)]
    else:
        lines = [" ".join(["mlcore train", *flags(_changes(recipe.config))])]
    lines = _broken(lines[0])
    if edits:
        lines.append("# " + translate(N_("Edited while it trained:")))
        after = N_("after step {step}: {changes}")
        lines += [f"#   {translate(after, step=edit.step, changes=_told(edit))}" for edit in edits]
    if (edits or recipe.start) and recipe.run:
        lines.append("# " + translate(N_("The same once more, edits included:")))
        lines.append(f"# mlcore replay {recipe.run}")
    return "\n".join(lines) + "\n"


def _changes(config: RunConfig) -> dict[str, Value]:
    values = config.flat()
    return {name: value for name, value in values.items() if value != SETTINGS[name].default}


def flags(changes: Mapping[str, Value]) -> list[str]:
    """A flag for each setting (dotted name → value), quoted for a shell."""
    return [_flag(name, value) for name, value in changes.items()]


def _flag(name: str, value: Value) -> str:
    if isinstance(value, bool):
        group, _, field = name.partition(".")
        return f"--{name}" if value else f"--{group}.no-{field.replace('_', '-')}"
    if isinstance(value, str):
        return f"--{name} {shlex.quote(value)}"
    return f"--{name} {as_text(value, ' ')}"


def _broken(line: str) -> list[str]:
    """A long command on several lines, each flag whole."""
    if len(line) <= WIDTH or line.startswith("#"):
        return [line]
    start, *rest = line.split(" --")
    lines = [start]
    for flag in rest:
        if len(lines[-1]) + len(flag) + 5 > WIDTH:
            lines[-1] += " \\"
            lines.append(f"    --{flag}")
        else:
            lines[-1] += f" --{flag}"
    return lines


def _told(edit: SettingsEdited) -> str:
    return " ".join(flags(edit.changes))
