"""Sweeps: a search for settings, by Optuna, whose trials are ordinary runs.

`read_sweep` tells a page everything about a sweep; neither it nor this front imports torch or
Optuna. `mlcore.sweeps.controller` runs one.
"""

from mlcore.sweeps.folder import SweepFolder, find_sweep, sweep_folders
from mlcore.sweeps.space import Space, parse_space
from mlcore.sweeps.summary import SweepSummary, SweepTrial, read_sweep
from mlcore.sweeps.sweep import Sweep

__all__ = [
    "Space",
    "Sweep",
    "SweepFolder",
    "SweepSummary",
    "SweepTrial",
    "find_sweep",
    "parse_space",
    "read_sweep",
    "sweep_folders",
]
