"""Seconds of one MNIST epoch, by each contender in turn."""

from __future__ import annotations

import statistics

from tests.benchmarks.contenders import CONTENDERS, IMAGES

__all__ = ["measure", "table"]


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
