"""`mlcore resume`: continue a run, or start one from a checkpoint file."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mlcore.checkpoint.suggest import ResumePlan, plan_resume, suggest
from mlcore.checkpoint.untrusted.source import noting_file
from mlcore.cli.arguments import read
from mlcore.cli.checks import (
    check_epochs_left,
    check_fit,
    check_output,
    check_readable,
    check_start,
)
from mlcore.cli.common import (
    JsonOption,
    RunsOption,
    StepsOption,
    TrackOption,
    open_store,
    report_damage,
)
from mlcore.cli.files import bring_data, find_run
from mlcore.cli.foreign import assumptions, best_of_usual, said_of, trial_line
from mlcore.cli.options import POSITIONAL, argument, text
from mlcore.config import EDITABLE, SETTINGS, RunConfig
from mlcore.errors import CheckpointError, RunError, SettingsError
from mlcore.files import expand_home, is_file
from mlcore.rules import Value, list_words
from mlcore.runs import ENDED, History, RunFolder, RunStore, ask_resume
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.run_info import read_run_info
from mlcore.runs.record.messages import step_lost
from mlcore.trackers.catalog import check_trackers
from mlcore.words import as_text

if TYPE_CHECKING:
    from mlcore.checkpoint import Checkpoint

__all__ = ["run"]

_ALSO = {"model.activation": "the activation", "data.mean": "the normalisation"}


@dataclass(frozen=True, kw_only=True)
class Options:
    """Continue a run that was stopped, was lost or is to have more epochs.

    Only settings that may change while a run trains can be given, such as --train.epochs and
    --optim.lr. A checkpoint file starts a new run, with what it states as defaults; the file stays
    as it is.
    """

    target: Annotated[str, POSITIONAL, argument("run (id or folder), or a checkpoint", "RUN")] = ""
    name: Annotated[str, text("what to call a run that starts from a file", "nothing")] = ""
    track: TrackOption = ()
    runs: RunsOption = ""
    json: JsonOption = False
    steps: StepsOption = False


def run(argv: Sequence[str]) -> int:
    """Continue training from a run or checkpoint."""
    options, given = read("resume", Options, argv, settings=SETTINGS)
    check_output(json=options.json, steps=options.steps)
    if not options.target:
        raise SettingsError("`mlcore resume` needs a run or checkpoint: `mlcore runs` lists runs.")
    track = check_trackers(options.track)
    store, path = open_store(options.runs), expand_home(options.target)
    if is_file(path):
        folder = _start(path, given, store, options.name, track)
    else:
        if track:
            raise SettingsError("A run that is resumed is tracked as before: leave `--track` out.")
        folder = find_run(options.target, store)
        _check(folder, given)
        report_damage(folder)
        bring_data(folder.config.data, given)
        history = History(folder)
        history.refresh()
        check_fit(history.config.with_values(given))
        check_readable(folder.last_checkpoint())
        _resume(folder, given)

    from mlcore.cli.follow import follow

    return follow(folder, as_json=options.json, steps=options.steps)


def _resume(folder: RunFolder, given: Mapping[str, Value]) -> None:
    """Ask that a run continues, in this process; it leaves the queue if it waits there."""

    def ask() -> RunFolder:
        _check(folder, given)  # another process may have trained it to its end since
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
    if now.state == "paused":
        raise RunError(
            "Run {run} is paused: `mlcore continue {run}` has it continue.", run=folder.id
        )
    lost = step_lost(folder) if now.state in ENDED else None
    if lost is not None:
        raise RunError(
            "The checkpoints of run {run} are gone, and it had trained up to step {step:,}: "
            "`mlcore export {run} --format command` gives the command of a new run with its "
            "settings.",
            run=folder.id,
            step=lost,
        )
    if now.state == "finished":
        check_epochs_left(f"Run {folder.id}", now.epoch, given)


def _start(
    path: Path, given: Mapping[str, Value], store: RunStore, name: str, track: Sequence[str]
) -> RunFolder:
    """A new run that starts from a checkpoint file; what is not as in the file is said first."""
    from mlcore.checkpoint import load  # loads torch
    from mlcore.initial_state import takes_along

    with noting_file(path):
        found = load(path)
        found.assuming(said_of(given)).check_certain()
        if found.problem is not None and "optim.name" not in given:
            raise CheckpointError(
                "{problem} For that, name an optimizer, as in `--optim.name adam "
                "--optim.lr 0.001`.",
                problem=found.problem,
            )
    plan = plan_resume(suggest(found), RunConfig(), given)
    check_start(found, plan.config)
    along = takes_along(found, plan.config)
    if along and found.epoch is not None and found.epoch >= plan.config.train.epochs:
        check_epochs_left(str(path), found.epoch, given)
    bring_data(plan.config.data, given)
    check_fit(plan.config)
    with noting_file(path):
        found, trials = best_of_usual(found, plan.config.data, given)
    config = plan.config
    if trials is not None:
        best = {"data.mean": trials.best.mean, "data.std": trials.best.std}
        config = config.with_values(best)
    found = found.assuming({**said_of(given), "classes": ""})  # no training asks for their names
    lines = [*_beginning(found, config, along=along), *map(str, found.warnings)]
    lines += [*assumptions(found), *([trial_line(trials)] if trials else ())]
    for line in (*lines, _origins(plan, given)):
        print(f"mlcore: {line}", file=sys.stderr)
    parent = path.resolve().parent.parent
    origin = parent.name if RunFolder(parent).is_run() else None
    return RunQueue(store.root).claim(
        lambda: store.create(config, parent=origin, checkpoint=path, name=name, track=track)
    )


def _beginning(found: Checkpoint, config: RunConfig, *, along: bool) -> list[str]:
    """In a line, how a run begins that does not continue the file's training."""
    from mlcore.checkpoint import optimizer_name  # loads torch

    if along:
        return []
    held = found.optimizer and optimizer_name(found.optimizer)
    if held is None:
        why = "Its optimizer is not used" if found.problem else "The file holds no optimizer state"
    elif held != config.optim.name:
        why = f"The state of {held} in the file is not used"
    else:
        why = "Settings were given that no training can change while it runs"
    words = f"{config.optim.name} with a learning rate of {as_text(config.optim.lr)}"
    return [f"{why}: a new training starts from the file's weights, by {words}."]


def _origins(plan: ResumePlan, given: Mapping[str, Value]) -> str:
    """Who gave which settings, in a sentence."""
    if plan.states_all:
        own = "folder of the data, device and threads"
        return f"All settings but {'those given, ' if given else ''}{own} are the file's."
    values = [f"{name} {as_text(value)}" for name, value in plan.optimizer().items()]
    values += ["the layers", *(_ALSO[name] for name in _ALSO if name in plan.from_file)]
    parts = [f"The file gives {list_words(values)}"]
    if given:
        parts.append(f"{list_words(given)} {'is' if len(given) == 1 else 'are'} as given")
    if plan.fitted:
        parts.append(f"data.name is {plan.fitted}, which has as many classes as the model")
    return f"{'; '.join(parts)}; everything else is at its default."
