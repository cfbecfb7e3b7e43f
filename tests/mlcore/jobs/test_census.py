"""The census that the tests of accidents rely on sees who is left behind."""

import os
import signal
import subprocess

import psutil
import pytest


@pytest.mark.skipif(os.name == "nt", reason="no such shell here")
def test_an_orphan_and_a_zombie_are_counted_until_they_are_gone(census, wait):
    before = census()
    shell = subprocess.run(
        ["sh", "-c", "sleep 60 >&- 2>&- & echo $!"], stdout=subprocess.PIPE, text=True, check=True
    )
    orphan = psutil.Process(int(shell.stdout))
    unburied = subprocess.Popen(["true"])
    zombie = psutil.Process(unburied.pid)
    wait(lambda: zombie.status() == psutil.STATUS_ZOMBIE, "the zombie")
    wait(lambda: census() - before == {orphan, zombie}, lambda: f"them in {census() - before}")
    unburied.wait()
    assert census() - before == {orphan}
    os.kill(orphan.pid, signal.SIGKILL)
    wait(lambda: census() <= before, "the orphan to be gone")
