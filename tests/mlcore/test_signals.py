"""Asking a process to end becomes a command to its run."""

import os
import signal
import threading

import pytest

from mlcore.commands import Stop
from mlcore.signals import shutdown_on_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_the_run_to_stop_once(number):
    before = signal.getsignal(number)
    with shutdown_on_signals() as shutdown:
        assert shutdown.poll() == []
        os.kill(os.getpid(), number)
        assert shutdown.poll() == [Stop(reason="shutdown")]
        assert shutdown.poll() == []
        assert signal.getsignal(number) == before  # a second one acts as usual
    assert signal.getsignal(number) == before


def test_other_threads_leave_signals_alone():
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def work():
        with shutdown_on_signals() as shutdown:
            seen.append(signal.getsignal(signal.SIGTERM))
            shutdown.ask()
            seen.append(shutdown.poll())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before, [Stop(reason="shutdown")]]
