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


def test_a_closed_terminal_asks_the_run_to_stop_however_often_it_says_so():
    before = signal.getsignal(signal.SIGHUP)
    with shutdown_on_signals() as shutdown:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert shutdown.poll() == [Stop(reason="shutdown")]
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGHUP) == before


def test_under_nohup_a_closed_terminal_is_no_reason_to_stop():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with shutdown_on_signals() as shutdown:
            os.kill(os.getpid(), signal.SIGHUP)
            assert shutdown.poll() == []
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


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
