"""The README's pictures, taken of the real app: `python -m tests.pictures`."""
