"""One training by several processes, each with a part of every batch.

`torchrun` starts them, or the run's own process does where `train.processes` says so (`launch`).

Process 0 leads: it alone has the run's folder, history, checkpoints, validation and output. The
others follow: they make the same model from the same random numbers, hear what to do next, and
take their part of each batch. Gradients are averaged by PyTorch's `DistributedDataParallel`.
"""

from mlcore.parallel.ranks import Ranks, find_ranks

__all__ = ["Ranks", "find_ranks"]
