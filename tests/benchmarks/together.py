"""Images a second of two runs at once, with CPU threads shared and with all cores for each."""

from __future__ import annotations

import json
import multiprocessing
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore, read_state
from mlcore.runs.active.threads import cores, thread_budget, thread_share

__all__ = ["table"]

CONFIG = RunConfig().with_values({"train.device": "cpu", "train.epochs": 6})


@dataclass(frozen=True)
class Case:
    """So many runs at once, each with so many threads."""

    name: str
    runs: int
    threads: int


def cases(store: RunStore) -> tuple[Case, ...]:
    shared = thread_share(store.create(CONFIG), 2, 0)
    return (
        Case("one run alone", 1, thread_budget()),
        Case("two at once, threads shared out", 2, shared),
        Case("two at once, all cores for each", 2, cores()),
    )


def train(store: RunStore, case: Case) -> float:
    """Images a second of all runs of a case together, while all of them train."""
    folders = [store.create(CONFIG) for _ in range(case.runs)]
    fresh = multiprocessing.get_context("spawn")  # a fork would inherit torch's threads
    workers = [
        fresh.Process(target=execute, args=(folder,), kwargs={"threads": case.threads})
        for folder in folders
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    flushed = [flushes(folder) for folder in folders]
    begin, end = max(run[0][0] for run in flushed), min(run[-1][0] for run in flushed)
    return sum(pace([at for at in run if begin <= at[0] <= end]) for run in flushed)


def flushes(folder: RunFolder) -> list[tuple[float, int]]:
    """Unix seconds and steps done, at each flush of a run's losses."""
    lines = (json.loads(line) for line in folder.events_path.read_text().splitlines())
    records: list[dict[str, Any]] = [line for line in lines if line["event"] == "steps"]
    if read_state(folder) != "finished":
        raise SystemExit(f"run {folder.id} is {read_state(folder)}: see {folder.path}")
    return [(record["time"], record["first"] + len(record["losses"]) - 1) for record in records]


def pace(flushed: list[tuple[float, int]]) -> float:
    (since, first), (until, last) = flushed[0], flushed[-1]
    return (last - first) * CONFIG.data.batch_size / (until - since)


def table(rounds: int) -> str:
    """A Markdown table; ratios are medians over the rounds, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        found: dict[Case, list[float]] = {case: [] for case in cases(store)}
        for _ in range(rounds):
            for case, paces in found.items():
                paces.append(train(store, case))
    alone = next(iter(found.values()))
    lines = [
        "| runs | threads each | images/s together (median) | min to max | × one alone |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for case, paces in found.items():
        ratio = statistics.median(mine / one for mine, one in zip(paces, alone, strict=True))
        lines.append(
            f"| {case.name} | {case.threads} | {statistics.median(paces):,.0f} "
            f"| {min(paces):,.0f} to {max(paces):,.0f} | {ratio:.2f} |"
        )
    return "\n".join(lines)
