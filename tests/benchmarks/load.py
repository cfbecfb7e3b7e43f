"""Seconds of one MNIST epoch with nothing beside it, and beside processes that are always busy."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
from collections.abc import Iterator

from tests.benchmarks.contenders import BareLoop, Mlcore, TutorialLoop

__all__ = ["table"]

CONTENDERS = {
    "mlcore train": Mlcore,
    "bare in-memory loop": BareLoop,
    "tutorial loop": TutorialLoop,
}
BUSY = (0, 1)  # processes beside


@contextlib.contextmanager
def beside(count: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def table(rounds: int) -> str:
    """A Markdown table; ratios to the quiet epoch are medians over the rounds, round by round."""
    ready = {name: contender("sgd") for name, contender in CONTENDERS.items()}
    for contender in ready.values():
        contender.epoch()
    found: dict[tuple[str, int], list[float]] = {(name, n): [] for name in ready for n in BUSY}
    for _ in range(rounds):
        for count in BUSY:
            with beside(count):
                for name, contender in ready.items():
                    found[name, count].append(contender.epoch())
    lines = [
        "| SGD | busy processes beside it | s/epoch (median) | min to max | × quiet |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for (name, count), seconds in found.items():
        ratio = statistics.median(a / b for a, b in zip(seconds, found[name, 0], strict=True))
        lines.append(
            f"| {name} | {count} | {statistics.median(seconds):.2f} "
            f"| {min(seconds):.2f} to {max(seconds):.2f} | {ratio:.2f} |"
        )
    return "\n".join(lines)
