"""Parts of the pages: each draws one side of a run, a model or a file."""
