"""Imported where servers are forked (`tests.browser.forking`): all that the app imports."""

import gc
import importlib
import logging
from pathlib import Path

_PROJECT = Path(__file__).parents[2]
_SCRIPTS = {"app.py", "app_pages"}  # what Streamlit runs by itself, at each request

logging.disable(logging.WARNING)  # Streamlit says of each cache that no server runs yet
for name in ("torch", "streamlit.web.cli", "streamlit.web.bootstrap"):
    importlib.import_module(name)
for file in sorted((_PROJECT / "dashboard").rglob("*.py")):
    parts = file.relative_to(_PROJECT).with_suffix("").parts
    if not {file.name, parts[1]} & _SCRIPTS and parts[-1] != "__init__":
        importlib.import_module(".".join(parts))
logging.disable(logging.NOTSET)
gc.freeze()  # no fork copies these pages to look for garbage in them
