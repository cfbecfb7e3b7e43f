"""What all sessions of this server share: jobs, store, queue, histories, data sets, results."""

from dashboard.server.resources import jobs, queue, runs_root, store

__all__ = ["jobs", "queue", "runs_root", "store"]
