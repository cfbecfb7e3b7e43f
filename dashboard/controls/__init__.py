"""The sidebar: widgets → `RunConfig`. Ranges, labels and help come from `mlcore.config`."""

from dashboard.controls.panel import sidebar

__all__ = ["sidebar"]
