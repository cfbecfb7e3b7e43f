"""A run's folder and its logs: written, read, and the state derived from them."""
