"""Processes: a warm supervisor that forks one worker a run, and short jobs.

`Jobs` is the server's side. Answers come through folders: a run's own, or `runs/.jobs/<id>/`.
"""

from mlcore.jobs.client import Jobs
from mlcore.jobs.job import Job

__all__ = ["Job", "Jobs"]
