"""The command line: the same settings, runs and checkpoints from a shell.

`main` finds the command by its name and loads that command alone, so that help and lists come
at once and only what trains or tests a model loads torch.
"""

from mlcore.cli.main import main

__all__ = ["main"]
