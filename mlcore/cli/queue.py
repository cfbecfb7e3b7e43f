"""`mlcore queue`: the active runs and those that wait, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from mlcore.cli.answers import print_cancelled
from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption, RunsOption, open_store
from mlcore.cli.files import find_run
from mlcore.cli.layout import print_json, table
from mlcore.cli.options import POSITIONAL, argument, switch, text, whole_number
from mlcore.errors import RunError, SettingsError
from mlcore.runs import RunFolder, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import MOST_AT_ONCE
from mlcore.runs.active.queue_snapshot import QueueSnapshot
from mlcore.runs.library.label import read_label

__all__ = ["run"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the active runs and the queue, or move a run in the queue.

    Runs that are started on the page wait here while others train on their device; the page's
    server starts them. `mlcore train` and `mlcore resume` never wait.
    """

    target: Annotated[str, POSITIONAL, argument("a run that waits, by id; none: list", "RUN")] = ""
    first: Annotated[bool, switch("have it start next")] = False
    last: Annotated[bool, switch("have it start after all others")] = False
    to: Annotated[
        int | None,
        whole_number("to", low=1),
        text("its position in the queue, from 1", "no change", "N"),
    ] = None
    cancel: Annotated[bool, switch("take it out of the queue; it can be started again")] = False
    at_once: Annotated[
        int | None,
        whole_number("at-once", low=1, high=MOST_AT_ONCE),
        text(f"runs that train at once on a device, 1 to {MOST_AT_ONCE}", "no change", "N"),
    ] = None
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """List or change the queue."""
    options, _ = read("queue", Options, argv)
    if not options.target:
        return _list(options)
    if options.at_once is not None:
        raise SettingsError("`--at-once` is for all runs: leave the run out.")
    folder = find_run(options.target, open_store(options.runs))
    queue = RunQueue(folder.path.parent)
    position = _position(options, folder)
    if position is None:
        if not queue.cancel(folder.id):
            raise RunError(
                "Run {run} does not wait, it is {state}: `mlcore stop` ends one that trains.",
                run=folder.id,
                state=read_state(folder),
            )
        return print_cancelled(folder, as_json=options.json)
    now = queue.move(folder.id, position)
    record = {"run": folder.id, "place": now, "folder": str(folder.path)}
    if options.json:
        print_json(record)
    else:
        print(f"run {folder.id} waits as number {now}")
    return 0


def _position(options: Options, folder: RunFolder) -> int | None:
    """The position that is asked for, from 1; None: the run is to be cancelled."""
    positions = {"first": 1, "last": 2**31, "to": options.to, "cancel": None}
    given = [name for name in positions if getattr(options, name)]
    if len(given) != 1:
        raise SettingsError(
            "Say what is to be done with run {run}: one of --first, --last, --to N and --cancel.",
            run=folder.id,
        )
    return positions[given[0]]


def _list(options: Options) -> int:
    queue = RunQueue(open_store(options.runs).root)
    if options.first or options.last or options.to or options.cancel:
        raise SettingsError("`mlcore queue` needs a run to move or cancel: `mlcore queue` lists.")
    if options.at_once is not None:
        queue.set_at_once(options.at_once)
    now = queue.snapshot()
    rows = _rows(queue, now)
    if options.json:
        print_json({"at_once": now.at_once, "usual": now.usual, "runs": rows})
        return 0
    if rows:
        headers = ("id", "name", "state", "device", "position")
        keys = ("run", "name", "state", "device", "place")
        cells = [[str(row[key] or "–") for key in keys] for row in rows]
        print(table(headers, cells, left=4))
    else:
        print(f"Nothing trains and nothing waits in {queue.root}.")
    many = "1 run trains" if now.at_once == 1 else f"{now.at_once} runs train"
    sweeps = ", ".join(now.borrowers)
    until = f" while sweep {sweeps} is under way, then {now.usual} again" if sweeps else ""
    print(f"{many} at a time on a device{until}; `mlcore queue --at-once N` changes that.")
    return 0


def _rows(queue: RunQueue, now: QueueSnapshot) -> list[dict[str, Any]]:
    """The active runs, then the queue; `place` is 0 for an active run."""
    found: list[tuple[str, str]] = [
        (one.run, "starting" if one.state == "queued" else one.state) for one in now.active
    ]
    found += [(run, "waits") for run in now.waiting]
    rows = []
    for run, state in found:
        folder = RunFolder(queue.root / run)
        try:
            name, device = read_label(folder).name, folder.config.train.device
        except RunError:  # it has just been deleted
            continue
        rows.append(
            {"run": run, "name": name, "state": state, "device": device, "place": now.position(run)}
        )
    return rows
