"""Event loops that open no files until they run."""

import asyncio
import gc
import os
import threading
from pathlib import Path

import pytest

from mnist_lab.ui.shell.on_demand_loop import OnDemandEventLoop, on_demand_loops

pytestmark = pytest.mark.slow

DESCRIPTORS = Path("/proc/self/fd")
counts_descriptors = pytest.mark.skipif(not DESCRIPTORS.exists(), reason="Linux lists open files in /proc")


def open_files() -> int:
    gc.collect()
    return len(os.listdir(DESCRIPTORS))  # noqa: PTH208


@counts_descriptors
def test_a_hundred_loops_that_do_not_run_open_no_file() -> None:
    before = open_files()
    with on_demand_loops():
        loops = [asyncio.new_event_loop() for _ in range(100)]
    assert open_files() == before
    for loop in loops:
        loop.close()
    assert all(loop.is_closed() for loop in loops)
    assert open_files() == before


@counts_descriptors
def test_a_loop_that_ran_closes_its_files() -> None:
    before = open_files()
    loop = OnDemandEventLoop()
    assert loop.run_until_complete(asyncio.sleep(0, "done")) == "done"
    assert open_files() == before + 3
    loop.run_until_complete(asyncio.sleep(0))
    assert open_files() == before + 3
    loop.close()
    assert open_files() == before


def test_a_loop_does_all_that_loops_do() -> None:
    async def work() -> list[object]:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        received = await reader.read()
        writer.close()
        server.close()
        return [received, await asyncio.to_thread(lambda: 7), await asyncio.wait_for(asyncio.sleep(0.01, 8), 5)]

    with on_demand_loops():
        assert asyncio.run(work()) == [b"", 7, 8]


def test_another_thread_can_wake_a_loop_before_it_runs_and_while_it_runs() -> None:
    loop = OnDemandEventLoop()
    called: list[str] = []
    loop.call_soon_threadsafe(called.append, "before")
    timer = threading.Timer(0.2, lambda: loop.call_soon_threadsafe(loop.stop))
    timer.start()
    loop.run_forever()
    timer.join()
    assert called == ["before"]
    loop.close()


def test_a_closed_loop_does_not_run_again() -> None:
    loop = OnDemandEventLoop()
    loop.close()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.run_forever()


def test_the_loops_of_before_come_back() -> None:
    before = asyncio.get_event_loop_policy()
    with on_demand_loops():
        assert asyncio.get_event_loop_policy() is not before
    assert asyncio.get_event_loop_policy() is before
