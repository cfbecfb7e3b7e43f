"""Data sets: name → images, labels and class names in memory. No torch in this file's names.

`mlcore.data.tensors` and `mlcore.data.batches` hold what needs torch.
"""

from mlcore.data.catalog import CATALOG, find_family
from mlcore.data.family import Family, RawData, RawSplit
from mlcore.data.raw import load_raw

__all__ = ["CATALOG", "Family", "RawData", "RawSplit", "find_family", "load_raw"]
