"""`mlcore resume`: continue a run, or start one from a checkpoint file."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mlcore.checkpoint.suggest import ResumePlan, plan_resume, suggest
from mlcore.cli.arguments import read
from mlcore.cli.common import (
    JsonOption,
    RunsOption,
    StepsOption,
    check_epochs_left,
    open_store,
    report_damage,
)
from mlcore.cli.files import bring_data, find_run
from mlcore.cli.options import POSITIONAL, argument, text
from mlcore.config import EDITABLE, SETTINGS, RunConfig
from mlcore.errors import SettingsError
from mlcore.files import expand_home, is_file
from mlcore.rules import Value, list_words
from mlcore.runs import RunFolder, RunStore, ask_resume
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.run_info import read_run_info
from mlcore.words import as_text

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Continue a run that was stopped, was lost or is to have more epochs.

    Only settings that may change while a run trains can be given, such as --train.epochs and
    --optim.lr. A checkpoint file starts a new run, with what it states as defaults; the file stays
    as it is.
    """

    target: Annotated[str, POSITIONAL, argument("run (id or folder), or a checkpoint", "RUN")] = ""
    name: Annotated[str, text("what to call a run that starts from a file", "nothing")] = ""
    runs: RunsOption = ""
    json: JsonOption = False
    steps: StepsOption = False


def run(argv: Sequence[str]) -> int:
    """Continue training from a run or checkpoint."""
    options, given = read("resume", Options, argv, settings=SETTINGS)
    if not options.target:
        raise SettingsError("`mlcore resume` needs a run or checkpoint: `mlcore runs` lists runs.")
    store, path = open_store(options.runs), expand_home(options.target)
    if is_file(path):
        folder = _start(path, given, store, options.name)
    else:
        folder = find_run(options.target, store)
        _check(folder, given)
        report_damage(folder)
        bring_data(folder.config.data, given)
        _resume(folder, given)

    from mlcore.cli.follow import follow

    return follow(folder, as_json=options.json, steps=options.steps)


def _resume(folder: RunFolder, given: Mapping[str, Value]) -> None:
    """Ask that a run continues, in this process; it leaves the queue if it waits there."""

    def ask() -> RunFolder:
        ask_resume(folder, given)
        return folder

    RunQueue(folder.path.parent).claim(ask, resumed=folder.id)


def _check(folder: RunFolder, given: Mapping[str, Value]) -> None:
    """Refuse what a resumed run cannot take, in the words of the shell."""
    fixed = [name for name in given if name not in EDITABLE]
    if fixed:
        raise SettingsError(
            "`--{name}` is fixed once a run has started: resume one of its checkpoint files "
            "to change it in a new run.",
            name=fixed[0],
        )
    now = read_run_info(folder)
    if now.state == "finished":
        check_epochs_left(f"Run {folder.id}", now.epoch, given)


def _start(path: Path, given: Mapping[str, Value], store: RunStore, name: str) -> RunFolder:
    """A new run that starts from a checkpoint file."""
    from mlcore.checkpoint import load  # loads torch

    found = load(path)
    plan = plan_resume(suggest(found), RunConfig(), given)
    if found.epoch is not None and found.epoch >= plan.config.train.epochs:
        check_epochs_left(str(path), found.epoch, given)
    for sentence in (*found.warnings, _origins(plan, given)):
        print(f"mlcore: {sentence}", file=sys.stderr)
    bring_data(plan.config.data, given)
    parent = path.resolve().parent.parent
    origin = parent.name if RunFolder(parent).is_run() else None
    return RunQueue(store.root).claim(
        lambda: store.create(plan.config, parent=origin, checkpoint=path, name=name)
    )


def _origins(plan: ResumePlan, given: Mapping[str, Value]) -> str:
    """Who gave which settings, in a sentence."""
    if plan.states_all:
        own = "folder of the data, device and threads"
        return f"All settings but {'those given, ' if given else ''}{own} are the file's."
    values = [f"{name} {as_text(value)}" for name, value in plan.optimizer().items()]
    parts = [f"The file gives {list_words([*values, 'the layers'])}"]
    if given:
        parts.append(f"{list_words(given)} {'is' if len(given) == 1 else 'are'} as given")
    if plan.fitted:
        parts.append(f"data.name is {plan.fitted}, which has as many classes as the model")
    return f"{'; '.join(parts)}; everything else is at its default."
