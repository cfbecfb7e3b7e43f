"""Which run is started when; processes are only asked for here."""

from __future__ import annotations

import os
import threading

import pytest

from mlcore.config import RunConfig
from mlcore.errors import JobError
from mlcore.events import Paused, Stopped
from mlcore.files import size_of
from mlcore.jobs.scheduler import Scheduler
from mlcore.runs import Recorder, RunStore, ask_resume
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import Claim
from mlcore.runs.record.worker import WorkerRecord, write_worker


class Link:
    """Takes requests and starts nothing."""

    pid = None

    def __init__(self):
        self.asked = []
        self.broken = False
        self._lock = threading.Lock()

    def send(self, request):
        if self.broken:
            raise JobError("No process can be started.")
        with self._lock:
            self.asked.append(os.path.basename(request["folder"]))  # noqa: PTH119

    def forget(self, folder):
        pass


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def begin(store, link):
    """A maker of schedulers over one folder, which end with the test."""
    made = []

    def make(link=link, auto=lambda: "cpu"):
        made.append(Scheduler(store.root, link, auto))
        return made[-1]

    yield make
    for scheduler in made:
        scheduler.end()


@pytest.fixture
def new(store):
    """A maker of runs: `scheduler.enqueue(new("cpu"))`."""
    return lambda device="auto": lambda: store.create(RunConfig.from_flat({"train.device": device}))


def sign(store, run):
    folder = store.get(run)
    write_worker(folder.path, WorkerRecord.mine(control_from=size_of(folder.control_path)))


def say(store, run, event):
    with Recorder(store.get(run)) as recorder:
        recorder.record(event)


def test_the_first_run_starts_at_once_and_the_rest_wait_in_order(store, begin, link, new, wait):
    scheduler = begin()
    first, second, third = (scheduler.enqueue(new()).id for _ in range(3))
    assert link.asked == [first]
    assert scheduler.queue.snapshot().waiting == (second, third)
    sign(store, first)
    scheduler.queue.move(third, 1)
    say(store, first, Stopped(step=1, epoch=0))
    wait(lambda: len(link.asked) == 2, "the next run's start")
    assert link.asked == [first, third]
    assert scheduler.queue.snapshot().waiting == (second,)


def test_a_paused_run_keeps_its_slot(store, begin, link, new):
    scheduler = begin()
    first = scheduler.enqueue(new()).id
    sign(store, first)
    say(store, first, Paused(step=1, epoch=0))
    assert scheduler.queue.snapshot().active[0].state == "paused"
    scheduler.enqueue(new())
    assert link.asked == [first]


def test_each_device_has_its_own_slots(begin, link, new):
    scheduler = begin(auto=lambda: "cuda:0")
    devices = ("auto", "cuda:0", "cuda:1", "cpu", "cuda", "cpu")
    runs = [scheduler.enqueue(new(device)).id for device in devices]
    assert link.asked == [runs[0], runs[2], runs[3]]
    assert scheduler.queue.snapshot().waiting == (runs[1], runs[4], runs[5])


def test_while_nobody_knows_what_auto_is_it_may_be_any_device(begin, link, new, wait):
    known = []
    scheduler = begin(auto=lambda: known[0] if known else None)
    first, second = scheduler.enqueue(new("auto")).id, scheduler.enqueue(new("cuda:0")).id
    assert link.asked == [first]
    known.append("cpu")
    wait(lambda: link.asked == [first, second], "the start on the other device")


def test_more_slots_let_more_runs_start(begin, link, new, wait):
    scheduler = begin()
    runs = [scheduler.enqueue(new()).id for _ in range(4)]
    scheduler.queue.set_at_once(3)
    wait(lambda: link.asked == runs[:3], "two more starts")
    assert scheduler.queue.snapshot().waiting == (runs[3],)


def test_a_sweep_lets_more_runs_start_and_leaves_no_trace(store, begin, link, new, wait):
    scheduler = begin()
    runs = [scheduler.enqueue(new()).id for _ in range(4)]
    scheduler.queue.lend("sweep", 3)
    wait(lambda: link.asked == runs[:3], "two more starts")
    scheduler.queue.lend("sweep", 0)
    for run in runs[:2]:
        sign(store, run)
        say(store, run, Stopped(step=1, epoch=0))
    later = scheduler.enqueue(new()).id
    assert link.asked == runs[:3]
    assert scheduler.queue.snapshot().waiting == (runs[3], later)


def test_a_run_that_is_cancelled_or_deleted_by_hand_never_starts(store, begin, link, new, wait):
    scheduler = begin()
    runs = [scheduler.enqueue(new()).id for _ in range(4)]
    scheduler.queue.cancel(runs[1])
    store.get(runs[2]).config_path.unlink()
    say(store, runs[0], Stopped(step=0, epoch=0))
    sign(store, runs[0])
    write_worker(store.get(runs[0]).path, WorkerRecord(pid=1, identity="gone"))
    wait(lambda: len(link.asked) == 2, "the next run's start")
    assert link.asked == [runs[0], runs[3]]


def test_a_run_that_waits_is_not_queued_twice(store, begin, link, new):
    scheduler = begin()
    scheduler.enqueue(new())
    second = scheduler.enqueue(new())
    assert scheduler.enqueue(lambda: second).id == second.id
    assert scheduler.queue.snapshot().waiting == (second.id,)


def test_two_servers_over_one_folder_start_each_run_once(store, begin, new, wait):
    links = [Link(), Link()]
    one, two = (begin(link) for link in links)
    one.queue.set_at_once(8)
    threads = [
        threading.Thread(target=lambda s=scheduler: [s.enqueue(new()) for _ in range(8)])
        for scheduler in (one, two)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = [run for link in links for run in link.asked]
    assert len(asked) == len(set(asked)) == 8
    waiting = one.queue.snapshot().waiting
    assert len(waiting) == 8
    for run in asked:
        sign(store, run)
        say(store, run, Stopped(step=0, epoch=0))
    wait(lambda: sum(len(link.asked) for link in links) == 16, "the rest to start")
    asked = sorted(run for link in links for run in link.asked)
    assert asked == sorted(info.id for info in store.list())


def test_the_next_server_takes_up_what_waits_and_what_was_never_queued(
    store, begin, link, new, wait
):
    first = begin()
    training, waiting = first.enqueue(new()).id, first.enqueue(new()).id
    first.end()
    with pytest.raises(JobError, match="shutting down"):
        first.enqueue(new())
    sign(store, training)
    assert first.queue.snapshot().waiting == (waiting,)
    stray = new()().id
    begin()
    wait(lambda: first.queue.snapshot().waiting == (waiting, stray), "the queue to be taken up")
    say(store, training, Stopped(step=1, epoch=0))
    wait(lambda: link.asked == [training, waiting], "the waiting run's start")


def test_what_a_dead_server_had_claimed_is_started_by_the_next(store, begin, link, new, wait):
    run = new()().id
    with RunQueue(store.root).change() as state:
        state.waiting.clear()
        state.claims[run] = Claim(pid=os.getpid(), identity="gone")
    begin()
    wait(lambda: link.asked == [run], "the start")


def test_a_run_that_no_process_can_train_says_so_and_the_others_wait_on(store, begin, link, new):
    scheduler = begin()
    link.broken = True
    with pytest.raises(JobError, match="No process"):
        scheduler.enqueue(new())
    (info,) = store.list()
    assert info.state == "failed"
    assert info.message == "No process can be started."
    link.broken = False

    def again():
        ask_resume(store.get(info.id))
        return store.get(info.id)

    scheduler.enqueue(again)
    assert link.asked == [info.id]


def test_threads_go_with_the_request(store, begin, new, monkeypatch):
    monkeypatch.setattr("mlcore.runs.active.threads.cores", lambda: 8)
    requests = []
    link = Link()
    link.send = requests.append
    scheduler = begin(link)
    scheduler.queue.set_at_once(2)
    for _ in range(2):
        scheduler.enqueue(new("cpu"))
    assert [request["threads"] for request in requests] == [2, 2]
    assert [one.threads for one in scheduler.queue.snapshot().active] == [2, 2]
