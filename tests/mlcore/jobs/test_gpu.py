"""A run that the page starts with the device "Automatic", on a machine with a GPU."""

import signal

import numpy as np
import pytest

from mlcore.runs import ENDED

pytestmark = [pytest.mark.cuda, pytest.mark.usefixtures("nobody_left")]


def test_a_run_trains_on_the_graph_and_goes_on_to_the_same_end_after_a_kill(
    jobs, config, watch, worker_of, run_to_end
):
    settings = config(train__device="auto", train__threads=0, train__epochs=300)
    run = jobs.start_run(settings)
    seen = watch(jobs, run, lambda h: len(h.checkpoints) > 2)
    assert seen.started.device.startswith("cuda")
    assert seen.started.stepper == "cuda_graph"
    worker_of(jobs.store.get(run)).send_signal(signal.SIGKILL)
    history = watch(jobs, run, lambda h: h.state == "failed")
    assert "resume it from step" in history.message
    broken = run_to_end(jobs, run)
    whole = watch(jobs, jobs.start_run(settings), lambda h: h.state in ENDED, 180.0)
    assert whole.state == "finished", whole.message
    np.testing.assert_array_equal(broken.steps, whole.steps)
    assert broken.outcome.test_loss == whole.outcome.test_loss
