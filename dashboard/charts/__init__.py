"""The charts: records → chart data → figure, one a file."""
