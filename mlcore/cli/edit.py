"""`mlcore edit`: change settings of a run while it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlcore.cli.answers import PATIENCE, print_answer, print_no_answer
from mlcore.cli.arguments import read
from mlcore.cli.common import RunOptions, find_active
from mlcore.cli.main import FAILED
from mlcore.commands import Edit
from mlcore.config import EDITABLE, SETTINGS
from mlcore.errors import SettingsError
from mlcore.events import EditRefused, SettingsEdited
from mlcore.runs import History, Request, RunFolder

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options(RunOptions):
    """Change settings of a run while it trains; its next step uses them.

    The history keeps each change with the step at which it was made.
    """


def run(argv: Sequence[str]) -> int:
    """Send an edit and print what the run made of it."""
    _refuse_fixed(argv)
    options, _ = read("edit", Options, argv, settings=EDITABLE)
    folder = find_active("edit", options.target, options.runs)
    history = History(folder)
    history.refresh()
    now = history.config
    # Again, now that it is known whether a switch is on or off.
    _, changes = read("edit", Options, argv, settings=EDITABLE, base=now)
    if not changes:
        raise SettingsError(
            "`mlcore edit` needs a setting to change, such as `--optim.lr 0.01`: "
            "`mlcore edit --help` lists them."
        )
    now.with_values(changes)
    return _send(folder, changes, as_json=options.json)


def _send(folder: RunFolder, changes: Mapping[str, Any], *, as_json: bool) -> int:
    """Send changes that are valid in themselves.

    Raises:
        SettingsError: the run refuses them, because they do not fit its images.
    """
    answer = Request(folder, Edit(changes=changes)).wait(PATIENCE)
    if isinstance(answer, EditRefused):
        raise SettingsError("{message}", message=answer.message)
    if answer is None:
        return print_no_answer(folder)
    status = print_answer(folder, answer, as_json=as_json)
    return status if isinstance(answer, SettingsEdited) else FAILED


def _refuse_fixed(argv: Sequence[str]) -> None:
    """Say of a setting that is fixed why it is no option here."""
    for word in argv:
        name = word[2:].partition("=")[0].replace("-", "_")
        if word.startswith("--") and name in SETTINGS and name not in EDITABLE:
            raise SettingsError(
                "`{flag}` is fixed once a run has started: begin a new run with it; "
                "`mlcore edit --help` lists what can change.",
                flag=word.partition("=")[0],
            )
