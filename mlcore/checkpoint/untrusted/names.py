"""The few names that a checkpoint's pickle may mention; none is ever looked up or imported."""

from __future__ import annotations

from dataclasses import dataclass

from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = [
    "CALLS",
    "ORDERED_DICT",
    "PARAMETER",
    "SIZE",
    "STORAGES",
    "TENSOR",
    "TENSOR_V2",
    "Global",
    "find_global",
]

STORAGES = {
    "torch.DoubleStorage": "float64",
    "torch.FloatStorage": "float32",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ByteStorage": "uint8",
}
ORDERED_DICT = "collections.OrderedDict"
TENSOR_V2 = "torch._utils._rebuild_tensor_v2"
TENSOR = "torch._utils._rebuild_tensor"
PARAMETER = "torch._utils._rebuild_parameter"
SIZE = "torch.Size"
CALLS = (ORDERED_DICT, TENSOR_V2, TENSOR, PARAMETER, SIZE)
"""Functions that a pickle may call."""

_REFUSED = {
    ("numpy",): N_(
        "The file holds a NumPy value (`{name}`): save Python numbers, as in float(loss)."
    ),
    ("torch._utils._rebuild_sparse", "torch.serialization._get_layout"): N_(
        "The file holds a sparse tensor (`{name}`): save dense ones, as tensor.to_dense()."
    ),
    ("torch._utils._rebuild_qtensor", "torch.Q"): N_(
        "The file holds a quantised tensor (`{name}`): save float32 tensors."
    ),
    ("torch._utils._rebuild_meta",): N_(
        "The file holds a meta tensor (`{name}`), which has no values: save a real model's."
    ),
    ("torch.Complex",): N_("The file holds a complex tensor (`{name}`): save float32 tensors."),
    ("torch._tensor", "torch._utils"): N_(
        "The file holds a tensor of a special class (`{name}`): "
        "save plain ones, with torch.save(model.state_dict(), path)."
    ),
    ("torch.nn",): N_(
        "The file holds a whole pickled module (`{name}`): "
        "save its numbers, with torch.save(model.state_dict(), path)."
    ),
    ("__main__",): N_(
        "The file holds an object of your own class (`{name}`): "
        "save torch.save(model.state_dict(), path)."
    ),
}
"""Beginnings of a name and why it is refused; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Global:
    """A name that the pickle mentioned, such as "torch.FloatStorage"; only a name."""

    name: str


def find_global(module: str, name: str) -> Global:
    """Take note of a name.

    Raises:
        CheckpointError: it is not among those that tensors need.
    """
    full = f"{module}.{name}"
    if full in CALLS or full in STORAGES:
        return Global(full)
    for beginnings in _REFUSED:
        if full.startswith(beginnings):
            raise CheckpointError(_REFUSED[beginnings], name=printable(full))
    if full.startswith("torch.") and full.endswith("Storage"):
        raise CheckpointError(
            "The file holds numbers of a kind that no model here has (`{name}`): "
            "save float32 tensors.",
            name=printable(full),
        )
    raise CheckpointError(
        "The file asks to run `{name}`, which a checkpoint never needs; it was not run: "
        "use the file only if you trust its source, and save it again as a state dict.",
        name=printable(full),
    )
