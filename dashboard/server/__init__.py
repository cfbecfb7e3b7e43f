"""What all sessions of this server share: jobs, store, queue, histories, data sets, results."""

from dashboard.server.resources import jobs, keep_ready, queue, runs_root, store

__all__ = ["jobs", "keep_ready", "queue", "runs_root", "store"]
