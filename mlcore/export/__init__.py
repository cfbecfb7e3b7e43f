"""A trained model for other programs: weights, safetensors, ONNX, torch.export.

`FORMATS` needs no torch; `export` loads it when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlcore.export.formats import FORMATS, Format

if TYPE_CHECKING:
    from mlcore.export.write import export

__all__ = ["FORMATS", "Format", "export"]


def __getattr__(name: str) -> Any:
    if name != "export":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mlcore.export.write import export

    return export
