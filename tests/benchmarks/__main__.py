"""Print a table of MNIST epochs: `python -m tests.benchmarks [--rounds 5] [--optim sgd adam]`."""

from __future__ import annotations

import argparse
import os
import platform
import statistics

import torch

from tests.benchmarks.contenders import CONTENDERS, IMAGES


def measure(optim: str, rounds: int) -> dict[str, list[float]]:
    """Seconds of each contender's epochs, in turn: one warm-up, then `rounds` of each."""
    ready = {}
    for name, contender in CONTENDERS.items():
        try:
            ready[name] = contender(optim)
            ready[name].epoch()
        except ImportError as error:
            ready.pop(name, None)
            print(f"(left out: {name}: {error})")
    seconds: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, contender in ready.items():
            seconds[name].append(contender.epoch())
    return seconds


def table(optim: str, seconds: dict[str, list[float]]) -> str:
    """A Markdown table; ratios are medians over the rounds, round by round."""
    lines = [
        f"| {optim} | s/epoch (median) | min to max | images/s | × tutorial | × bare loop |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, mine in seconds.items():
        ratios = [
            statistics.median(a / b for a, b in zip(seconds[other], mine, strict=True))
            for other in ("tutorial loop", "bare in-memory loop")
        ]
        middle = statistics.median(mine)
        lines.append(
            f"| {name} | {middle:.2f} | {min(mine):.2f} to {max(mine):.2f} | "
            f"{IMAGES / middle:,.0f} | {ratios[0]:.1f} | {ratios[1]:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--optim", nargs="+", default=["sgd", "adam"])
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    print(
        f"{os.cpu_count()} cores ({platform.machine()}), {torch.get_num_threads()} torch threads, "
        f"Python {platform.python_version()}, torch {torch.__version__}\n"
    )
    for optim in arguments.optim:
        print(table(optim, measure(optim, arguments.rounds)) + "\n", flush=True)


if __name__ == "__main__":
    main()
