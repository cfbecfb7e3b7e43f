"""`python -m mlcore`: the command line."""

import contextlib
import os
import sys

from mlcore.cli import main

status = main()
one_of_several = "RANK" in os.environ or "mlcore.parallel.crew" in sys.modules
if status and one_of_several:  # and another one may be gone
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)  # torch's own closing can abort where a connection was lost
sys.exit(status)
