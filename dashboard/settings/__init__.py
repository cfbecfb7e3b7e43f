"""Settings between sidebar, address bar and runs: checked, linked, compared."""
