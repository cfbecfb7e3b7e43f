"""Benchmarks: ratios measured in one run, contenders in turn. `python -m tests.benchmarks`."""
