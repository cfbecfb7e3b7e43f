"""`mlcore edit`: change settings of a run while it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from mlcore.cli.arguments import POSITIONAL, read
from mlcore.cli.main import FAILED
from mlcore.cli.runs import RUN, RUNS
from mlcore.cli.steer import JSON, PATIENCE, find_active, no_answer, say
from mlcore.commands import Edit
from mlcore.config import EDITABLE, SETTINGS
from mlcore.errors import SettingsError
from mlcore.events import EditRefused, SettingsEdited
from mlcore.runs import History, Request, RunFolder

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Change settings of a run while it trains; its next step uses them.

    The history keeps each change with the step at which it was made.
    """

    target: Annotated[str, POSITIONAL, RUN] = ""
    runs: Annotated[str, RUNS] = ""
    json: Annotated[bool, JSON] = False


def run(argv: Sequence[str]) -> int:
    """Send an edit and tell what the run made of it."""
    _refuse_fixed(argv)
    options, _ = read("edit", Options, argv, settings=EDITABLE)
    folder = find_active("edit", options.target, options.runs)
    history = History(folder)
    history.refresh()
    now = history.config
    # Again, now that it is known from which settings a switch is turned.
    _, changes = read("edit", Options, argv, settings=EDITABLE, base=now)
    if not changes:
        raise SettingsError(
            "`mlcore edit` needs a setting to change, such as `--optim.lr 0.01`: "
            "`mlcore edit --help` lists them."
        )
    now.with_values(changes)
    return _send(folder, changes, as_json=options.json)


def _send(folder: RunFolder, changes: Mapping[str, Any], *, as_json: bool) -> int:
    """Send changes that are good by themselves.

    Raises:
        SettingsError: the run refuses them, as they do not go with its images.
    """
    answer = Request(folder, Edit(changes=changes)).wait(PATIENCE)
    if isinstance(answer, EditRefused):
        raise SettingsError(answer.message)
    if answer is None:
        return no_answer(folder)
    status = say(folder, answer, as_json=as_json)
    return status if isinstance(answer, SettingsEdited) else FAILED


def _refuse_fixed(argv: Sequence[str]) -> None:
    """Say of a setting that is fixed why it is no option here."""
    for word in argv:
        name = word[2:].partition("=")[0].replace("-", "_")
        if word.startswith("--") and name in SETTINGS and name not in EDITABLE:
            raise SettingsError(
                f"`{word.partition('=')[0]}` is fixed once a run has started: begin a new run "
                "with it; `mlcore edit --help` lists what can change."
            )
