"""Resident memory of a run of the quick start beyond torch's own. Linux."""

from __future__ import annotations

import subprocess
import sys

__all__ = ["table"]

TORCH = """
import torch
torch.nn.functional.log_softmax(torch.zeros(64, 784) @ torch.zeros(784, 10), dim=1)
"""

RUN = """
import tempfile
from pathlib import Path
from mlcore.config import RunConfig
from mlcore.run import execute
from mlcore.runs import RunStore
config = RunConfig().with_values({{"data.store": "{store}", "train.epochs": 2}})
def observe(event):
    if event.kind == "epoch":
        print(resident("VmRSS"))
with tempfile.TemporaryDirectory() as folder:
    end = execute(RunStore(Path(folder)).create(config), observe=observe)
if end.kind != "finished":
    raise SystemExit(end.message)
"""

RESIDENT = """
def resident(key):
    for line in open("/proc/self/status"):
        if line.startswith(key):
            return int(line.split()[1]) * 1024
"""


def held(program: str) -> tuple[float, float]:
    """Megabytes that a Python process running `program` held: while it trained, and at most."""
    program = f'{RESIDENT}{program}\nprint(resident("VmRSS"), resident("VmHWM"))'
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )
    *trained, end, most = (int(word) / 1e6 for word in done.stdout.split())
    return max(trained, default=end), most


def table() -> str:
    """A Markdown table of resident sizes, each of a process of its own."""
    alone = held(TORCH)
    lines = [
        "| process | MB while training | beyond torch | MB at most (loading) | beyond torch |",
        "| --- | ---: | ---: | ---: | ---: |",
        f"| torch alone | {alone[0]:.0f} | | {alone[1]:.0f} | |",
    ]
    for store in ("float32", "uint8"):
        now, most = held(RUN.format(store=store))
        lines.append(
            f"| a run, data.store {store} | {now:.0f} | {now - alone[0]:.0f} "
            f"| {most:.0f} | {most - alone[1]:.0f} |"
        )
    return "\n".join(lines)
