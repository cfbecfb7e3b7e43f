"""`python -m mlcore`: the command line."""

import contextlib
import os
import sys

from mlcore.cli import main

status = main()
if status and (
    "RANK" in os.environ or "mlcore.parallel.crew" in sys.modules
):  # one of several processes, and another one may be gone
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)  # torch's own closing can abort where a connection was lost
sys.exit(status)
