"""Parts of the Train page: each draws one side of one run."""
