"""Data sets: name → images, labels and class names in memory.

This loads no torch: the names that need it are in `mlcore.data.tensors` and `mlcore.data.batches`.
"""

from mlcore.data.catalog import CATALOG, find_family
from mlcore.data.disk import DataStatus, status, verify, what_lies_there
from mlcore.data.download import fetch
from mlcore.data.family import Family, Progress, RawData, RawSplit
from mlcore.data.raw import load_raw

__all__ = [
    "CATALOG",
    "DataStatus",
    "Family",
    "Progress",
    "RawData",
    "RawSplit",
    "fetch",
    "find_family",
    "load_raw",
    "status",
    "verify",
    "what_lies_there",
]
