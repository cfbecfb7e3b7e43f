"""`mlcore sweep`: search for settings; start, list, show, stop, continue, best and worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli import sweep_shown, sweep_start, sweep_worker
from mlcore.cli.arguments import read
from mlcore.cli.options import POSITIONAL, argument
from mlcore.errors import SettingsError
from mlcore.rules import list_words, nearest, shortened

__all__ = ["run"]

_ACTIONS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "start": sweep_start.start,
    "list": sweep_shown.list_,
    "show": sweep_shown.show,
    "stop": sweep_shown.stop,
    "continue": sweep_start.continue_,
    "best": sweep_shown.best,
    "worker": sweep_worker.worker,
}

_OF_LIST = ("--json", "--runs", "--storage", "--storage-file")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Search for settings: each trial is a run, whose settings a sampler draws.

    `mlcore sweep start NAME` begins a sweep, `mlcore sweep list` (or no word at all) lists them;
    show, stop, continue and best take the NAME of one; so does worker, which helps a sweep of many
    machines along. `mlcore sweep start --help` lists what each takes.
    """

    action: Annotated[
        str, POSITIONAL, argument("start, list, show, stop, continue, best or worker", "ACTION")
    ] = ""


def run(argv: Sequence[str]) -> int:
    """Do what the first word says."""
    first = next(iter(argv), "")
    if first in _ACTIONS:
        return _ACTIONS[first](argv[1:])
    if not first or first.partition("=")[0] in _OF_LIST:
        return _ACTIONS["list"](argv)
    if first.startswith("-"):
        options, _ = read("sweep", Options, argv)  # which shows help, or refuses an option
        first = options.action
    raise SettingsError(
        "`mlcore sweep` knows {actions}, but got {action!r}{hint}.",
        actions=list_words(_ACTIONS),
        action=shortened(first),
        hint=nearest(first, _ACTIONS),
    )
