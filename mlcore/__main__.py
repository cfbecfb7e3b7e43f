"""`python -m mlcore`, and the command `mlcore`: the command line."""

import contextlib
import os
import sys

__all__ = ["run"]


def run() -> int:
    """Run the command that this process was started with; the exit status."""
    try:
        from mlcore.cli import main  # here: Ctrl-C while it is imported is no traceback either

        status = main()
    except KeyboardInterrupt:
        status = 130
    one_of_several = "RANK" in os.environ or "mlcore.parallel.crew" in sys.modules
    if status and one_of_several:  # and another one may be gone
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)  # torch's own closing can abort where a connection was lost
    return status


if __name__ == "__main__":
    sys.exit(run())
