"""Parts of the Runs page: what is listed, the table, and what is done with the selected runs."""
