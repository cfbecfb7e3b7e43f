"""Parts of a run's own page: its settings, what it ran on, what happened, what can be done."""
