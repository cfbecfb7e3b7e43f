"""`mlcore sweep start` and `continue`: run a sweep in this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, PresetOption, RunsOption, open_store, preset_in
from mlcore.cli.files import bring_data
from mlcore.cli.main import INTERRUPTED
from mlcore.cli.options import POSITIONAL, REPEATED, argument, switch, text, whole_number
from mlcore.cli.sweep_progress import Progress, data_of, print_begun, print_changed
from mlcore.cli.sweep_shown import NameArgument, check_named, named_sweep
from mlcore.cli.sweep_storage import StorageOptions, address_in
from mlcore.cli.sweep_worker import PATIENCE, begin, work
from mlcore.config import SETTINGS
from mlcore.errors import SettingsError
from mlcore.runs import RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import MOST_AT_ONCE
from mlcore.sweeps import Sweep, SweepFolder, read_sweep
from mlcore.sweeps.starting import USUAL_TRIALS, check_trials, new_sweep
from mlcore.sweeps.sweep import TRIALS

__all__ = ["continue_", "start"]

_MOST_TRIALS = int(TRIALS.high or 0)


@dataclass(frozen=True, kw_only=True)
class StartOptions(StorageOptions):
    """Begin a sweep: so many runs whose settings are drawn from a space; Ctrl-C stops it tidily.

    `--space` is given once for each setting that varies: NAME=LOW..HIGH is a range, with :log drawn
    over powers of ten, with :step=S in steps; NAME=A,B,C lists values. Lists of layers have commas
    themselves, so `|` separates them, as in model.hidden="64|128,64" (and may do so anywhere). All
    other settings are those of `mlcore train`; images must be held out, as trials are compared by
    them and never by the test set.

    With --storage the sweep lies in a PostgreSQL database: this process is its first worker, and
    `mlcore sweep worker NAME` on other machines are more.
    """

    name: Annotated[
        str, POSITIONAL, argument("what to call it: a word, which is the tag of its runs", "NAME")
    ] = ""
    space: Annotated[
        tuple[str, ...],
        REPEATED,
        text("a setting that varies, and its values; once for each", "none", "NAME=VALUES"),
    ] = ()
    trials: Annotated[
        int | None,
        whole_number("trials", low=1, high=_MOST_TRIALS),
        text("how many runs", f"{USUAL_TRIALS}, of a grid all", "N"),
    ] = None
    sampler: Annotated[str, text("how settings are drawn", "tpe", "{grid,random,tpe}")] = "tpe"
    pruner: Annotated[
        str,
        text("which runs are stopped early by their validation", "none", "{none,median,halving}"),
    ] = "none"
    objective: Annotated[
        str, text("validation figure of the last epoch that counts", "accuracy", "{accuracy,loss}")
    ] = "accuracy"
    jobs: Annotated[
        int | None,
        whole_number("jobs", low=1, high=MOST_AT_ONCE),
        text("runs under way at once", "as many as the queue lets train", "N"),
    ] = None
    patience: Annotated[
        int | None,
        whole_number("patience", low=5, high=86_400),
        text(
            "with --storage: seconds without a sign of life until others take over a trial",
            str(PATIENCE),
            "N",
        ),
    ] = None
    create_only: Annotated[bool, switch("with --storage: begin the sweep, and run none of it")] = (
        False
    )
    preset: PresetOption = ""
    runs: RunsOption = ""
    json: JsonOption = False


@dataclass(frozen=True, kw_only=True)
class ContinueOptions(StorageOptions):
    """Go on with a sweep that was stopped or broke off; no trial is lost and none is run twice.

    With `--trials` or `--jobs` also one that is finished, or that another process runs, which then
    follows.
    """

    name: NameArgument = ""
    trials: Annotated[
        int | None,
        whole_number("trials", low=1, high=_MOST_TRIALS),
        text("how many runs in all", "as before", "N"),
    ] = None
    jobs: Annotated[
        int | None,
        whole_number("jobs", low=1, high=MOST_AT_ONCE),
        text("runs under way at once", "as before", "N"),
    ] = None
    runs: RunsOption = ""
    json: JsonOption = False


def start(argv: Sequence[str]) -> int:
    """Begin a sweep, and run it to its end."""
    base = preset_in(argv)
    options, given = read("sweep start", StartOptions, argv, settings=SETTINGS, base=base)
    if not options.name:
        raise SettingsError(
            "`mlcore sweep start` needs a name for the sweep: a word, which becomes the tag of its "
            "runs."
        )
    store = open_store(options.runs)
    sweep = new_sweep(
        store.root,
        options.name,
        options.space,
        {**base.flat(), **given},
        given=given,
        objective=options.objective,
        sampler=options.sampler,
        pruner=options.pruner,
        trials=options.trials,
        jobs=options.jobs or RunQueue(store.root).snapshot().usual,
    )
    address = address_in(options)
    if address is None:
        if options.patience or options.create_only:
            raise SettingsError(
                "--patience and --create-only are for sweeps of many machines: give --storage too."
            )
        bring_data(data_of(sweep.settings), given)
        return _run(SweepFolder(store.root, sweep.name), store, sweep, as_json=options.json)
    begin(address, sweep, options.patience)
    if options.create_only:
        return print_begun(sweep, address.shown, as_json=options.json)
    return work(address, sweep, store, {}, jobs=options.jobs, as_json=options.json)


def continue_(argv: Sequence[str]) -> int:
    """Continue a sweep, or change its numbers while it goes."""
    options, _ = read("sweep continue", ContinueOptions, argv)
    store = open_store(options.runs)
    address = address_in(options)
    if address is not None:
        name = check_named("continue", options.name)
        from mlcore.sweeps.shared.looking import change, go_on  # loads Optuna

        sweep = change(address, name, trials=options.trials, jobs=options.jobs)
        go_on(address, name)
        return work(address, sweep, store, {}, jobs=options.jobs, as_json=options.json)
    folder = named_sweep("continue", options.name, store)
    trials = options.trials
    if trials is not None:
        trials = check_trials(folder.read(), trials, len(read_sweep(folder, store).trials))
    if trials is not None or options.jobs is not None:
        sweep = folder.change(trials=trials, jobs=options.jobs)
        if folder.controller is not None:
            return print_changed(folder, sweep, store, as_json=options.json)
    bring_data(data_of(folder.read().settings), {})
    return _run(folder, store, None, as_json=options.json)


def _run(folder: SweepFolder, store: RunStore, new: Sweep | None, *, as_json: bool) -> int:
    from mlcore.sweeps.controller import run_sweep  # loads Optuna

    progress = Progress(folder, store, as_json=as_json)
    progress.begin(new or folder.read())
    end = run_sweep(folder, progress, new=new)
    progress.finish(end)
    return INTERRUPTED if end == "interrupted" else 0
