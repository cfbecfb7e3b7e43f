"""Families of forks: which run was branched off from which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlcore.runs.library.run_info import RunInfo

__all__ = ["Member", "families"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A run in its family.

    Attributes:
        info: the run.
        depth: forks between it and the first of its family, which has 0.
        chosen: it is one of those whose families were asked for.
    """

    info: RunInfo
    depth: int
    chosen: bool


def families(runs: Sequence[RunInfo], chosen: Iterable[str]) -> list[Member]:
    """The families of some runs, each run before its forks, the oldest family first.

    A run without parent and forks has no family, and is left out.

    Args:
        runs: all there are.
        chosen: ids.
    """
    by_id = {info.id: info for info in runs}
    children: dict[str, list[RunInfo]] = {}
    for info in sorted(runs, key=lambda info: (info.created, info.id)):
        if info.parent in by_id and info.parent != info.id:
            children.setdefault(str(info.parent), []).append(info)
    wanted = {run for run in chosen if run in by_id}
    firsts = {_first(by_id[run], by_id).id for run in wanted}
    members: list[Member] = []
    for run in sorted(firsts, key=lambda run: (by_id[run].created, run)):
        if run in children:
            members += _descend(by_id[run], children, wanted)
    return members


def _first(info: RunInfo, by_id: dict[str, RunInfo]) -> RunInfo:
    """The earliest ancestor that exists; records that lead round in a circle end anywhere."""
    seen = {info.id}
    while info.parent in by_id and info.parent not in seen:
        seen.add(str(info.parent))
        info = by_id[str(info.parent)]
    return info


def _descend(
    first: RunInfo, children: dict[str, list[RunInfo]], wanted: set[str]
) -> Iterator[Member]:
    waiting, seen = [(first, 0)], set()
    while waiting:
        info, depth = waiting.pop()
        if info.id in seen:
            continue
        seen.add(info.id)
        yield Member(info=info, depth=depth, chosen=info.id in wanted)
        waiting += [(fork, depth + 1) for fork in reversed(children.get(info.id, []))]
