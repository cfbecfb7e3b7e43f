"""The sidebar: widgets → `RunConfig`. Ranges, labels and help come from `mlcore.config`."""

from dashboard.controls.fields import data_field
from dashboard.controls.panel import sidebar

__all__ = ["data_field", "sidebar"]
