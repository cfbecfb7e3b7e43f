"""Carries out runs in each process that `torchrun` starts: `carry_out.py CASES`, a JSON file.

A case is an object: "folder" of the run, "edits" to make one after another every "every" steps,
and whether to "stop" after them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mlcore.cli.following import train_along
from mlcore.commands import Continue, Edit, RunSteps, Stop
from mlcore.events import Paused
from mlcore.parallel import find_ranks
from mlcore.parallel.crew import joined, leading
from mlcore.run import execute
from mlcore.runs import RunFolder, send


def steered(folder, case):
    """An observer that makes the edits of a case, and then stops the run or lets it train on."""
    waiting, end = list(case["edits"]), Stop() if case["stop"] else Continue()
    if waiting or case["stop"]:
        send(folder, RunSteps(count=case["every"]))

    def observe(event):
        if isinstance(event, Paused):
            if not waiting:
                send(folder, end)
                return
            send(folder, Edit(changes=waiting.pop(0)))
            send(folder, RunSteps(count=case["every"]))

    return observe


def main():
    ranks = find_ranks()
    cases = json.loads(Path(sys.argv[1]).read_text())
    if ranks is None:
        for case in cases:
            carry_out(case)
    elif ranks.leads:
        with leading(ranks) as crew:
            for case in cases:
                carry_out(case, crew)
                crew.say("end")
    else:
        with joined(ranks) as crew:
            while (said := crew.hear())[0] == "begin":
                train_along(said[1], crew)


def carry_out(case, crew=None):
    folder = RunFolder(Path(case["folder"]))
    execute(folder, observe=steered(folder, case), threads=1, crew=crew)


if __name__ == "__main__":
    main()
