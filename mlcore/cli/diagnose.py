"""`mlcore diagnose`: what a run's history shows, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcore.cli.arguments import read
from mlcore.cli.common import RunOptions, named_run, report_damage
from mlcore.cli.layout import print_json
from mlcore.diagnosis import Finding, Tone, curves_of, diagnose
from mlcore.export.code.command import flags
from mlcore.runs import History

__all__ = ["run"]

_SIGNS: Mapping[Tone, str] = {"good": "+", "note": "-", "problem": "!"}


@dataclass(frozen=True, kw_only=True)
class Options(RunOptions):
    """Say what a run's history shows: learning, over-fitting, the learning rate, dead units.

    Each finding is a line that names the steps in which it is seen, and a setting to try. What is
    not clear is not said.
    """


def run(argv: Sequence[str]) -> int:
    """Diagnose a run."""
    options, _ = read("diagnose", Options, argv)
    folder = named_run("diagnose", options.target, options.runs)
    report_damage(folder)
    history = History(folder)
    history.refresh()
    found = diagnose(curves_of(history))
    if options.json:
        for finding in found:
            print_json(finding.to_json())
        return 0
    for finding in found:
        print(_line(finding))
    if not found:
        print("nothing is clear yet")
    return 0


def _line(finding: Finding) -> str:
    first, last = finding.evidence.first, finding.evidence.last
    where = f"step {first:,}" if first == last else f"steps {first:,} to {last:,}"
    lines = [f"{_SIGNS[finding.tone]} {finding.title} ({where})", f"  {finding.says}"]
    lines += [f"  {notice}" for notice in (finding.doubt, finding.advice) if notice is not None]
    if finding.changes:
        lines.append(f"  {' '.join(flags(finding.changes))}")
    return "\n".join(lines)
