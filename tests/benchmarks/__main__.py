"""Print tables of speed, memory and accuracy on MNIST: `python -m tests.benchmarks`.

Name what to measure (default: epochs): epochs, widths, presets, memory, together, load,
steering, syncing, searching, sweeping, insight, network, page. The last drives Chromium, and
`--rounds` should be 10 or more there and for steering. Searching trains whole sweeps; sweeping
starts a PostgreSQL server.
"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

import torch

from tests.benchmarks import (
    accuracy,
    epochs,
    insight,
    load,
    memory,
    network,
    searching,
    steering,
    sweeping,
    syncing,
    together,
    widths,
)
from tests.benchmarks.page import measure_page
from tests.benchmarks.page.figures import HEAD, lines

WHAT = (
    *("epochs", "widths", "presets", "memory", "together", "load", "steering", "syncing"),
    *("searching", "sweeping", "insight", "network", "page"),
)


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"any of: {', '.join(WHAT)}")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each contender")
    parser.add_argument("--seeds", type=int, default=5, help="seeds of each preset")
    parser.add_argument("--optim", nargs="+", default=["sgd", "adam"], choices=["sgd", "adam"])
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: torch's choice")
    arguments = parser.parse_args()
    wanted = arguments.what or ["epochs"]
    if unknown := set(wanted) - set(WHAT):
        parser.error(f"no benchmark {sorted(unknown)[0]!r}: choose from {', '.join(WHAT)}")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    print(
        f"{processor()}, {os.cpu_count()} cores ({platform.machine()}), "
        f"{torch.get_num_threads()} torch threads, {platform.system()}, "
        f"Python {platform.python_version()}, torch {torch.__version__}\n"
    )
    for what in wanted:
        match what:
            case "epochs":
                for optim in arguments.optim:
                    seconds = epochs.measure(optim, arguments.rounds)
                    print(epochs.table(optim, seconds) + "\n", flush=True)
            case "widths":
                print(widths.table(arguments.rounds) + "\n", flush=True)
            case "presets":
                print(accuracy.table(arguments.seeds) + "\n", flush=True)
            case "memory":
                print(memory.table() + "\n", flush=True)
            case "together":
                print(together.table(arguments.rounds) + "\n", flush=True)
            case "insight":
                print(insight.table(arguments.rounds) + "\n", flush=True)
            case "network":
                for line in network.lines(arguments.rounds):
                    print(line, flush=True)
            case "load":
                print(load.table(arguments.rounds) + "\n", flush=True)
            case "syncing":
                print(syncing.table(arguments.rounds) + "\n", flush=True)
            case "searching":
                for line in searching.lines(arguments.rounds):
                    print(line, flush=True)
            case "sweeping":
                for line in sweeping.lines(arguments.rounds):
                    print(line, flush=True)
            case "steering":
                print(f"{HEAD}\n{lines(steering.measure(arguments.rounds))}\n", flush=True)
            case "page":
                print(f"{HEAD}", flush=True)
                for figures in measure_page(arguments.rounds):
                    print(lines(figures), flush=True)


if __name__ == "__main__":
    main()
