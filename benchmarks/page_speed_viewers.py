"""Parts of `page_speed`: the memory of ten sessions; thirty viewers of a live run, beside one that nobody watches.

The viewers' own process shares the machine with training and pages, so the slowdown that is measured is an upper bound.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np

from benchmarks.browser import App, app
from benchmarks.figures import Figure
from benchmarks.many_runs import fill
from benchmarks.training_speed import STANDBY_SECONDS
from benchmarks.viewer import Viewer
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunStore, open_store
from mnist_lab.settings import Settings

SESSIONS, MEMORY_TARGET, STORED = 10, 600.0, 1_000
VIEWERS, UPDATE_TARGET, SLOWER_TARGET = 30, 1.0, 10.0
EPOCHS = 16
WINDOW_SECONDS, SETTLE_SECONDS = 12.0, 4.0
PAGES = ("", "train", "compare", "draw", "inspect")


def memory(_rounds: int) -> Iterator[Figure]:
    """Every session goes through all pages twice, over a store of a thousand runs, and stays."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(home=Path(folder)))
        fill(store, STORED)
        store.close()
        with app(Path(folder), MNIST_LAB_STANDBY="false") as lab:
            one, all_of_them = asyncio.run(_walk(lab))
    what = f"Memory of the page process, {SESSIONS} sessions"
    yield Figure(what, all_of_them, MEMORY_TARGET, "MB", f"{one:.0f} MB with one session, {STORED:,} runs stored")


def live(rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with app(home) as lab:
            store = open_store(Settings(home=home))
            updates, alone, watched = asyncio.run(_watch(lab.address, store, min(rounds, 3)))
            store.close()
    half, most = np.percentile(updates, [50, 95])
    yield Figure(f"Update of a page, {VIEWERS} viewers, p95", float(most), UPDATE_TARGET, "s", f"median {half:.2f} s")
    slower = 100 * (1 - statistics.median(other / one for one, other in zip(alone, watched, strict=True)))
    one, other = statistics.median(alone), statistics.median(watched)
    detail = f"{one:.0f} steps a second unwatched, {other:.0f} watched"
    yield Figure(f"Training with {VIEWERS} viewers is slower by", slower, SLOWER_TARGET, "%", detail)


async def _walk(lab: App) -> tuple[float, float]:
    """Megabytes with the first session, and with all."""
    first = 0.0
    async with _sessions(lab.address, SESSIONS) as sessions:
        for session in sessions:
            for page in PAGES * 2:
                await session.open(page)
            first = first or _megabytes(lab)
        return first, _megabytes(lab)


def _megabytes(lab: App) -> float:
    return float(lab.process.memory_info().rss) / 2**20


def _training(store: RunStore) -> Run:
    """A run that trains already, on MNIST: its first steps, which compile, and the next worker's start are over."""
    # As many epochs as a class would have: pages look less often at a training that takes much longer.
    run = store.create(get_preset("small-cnn").network, Recipe(epochs=EPOCHS), name="Watched")
    while len(store.points(run.id)) < 8:
        time.sleep(0.2)
    time.sleep(STANDBY_SECONDS)
    return run


async def _watch(address: str, store: RunStore, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of the updates, and of each round's run steps a second without and with viewers.

    Without them it is measured before and after, as such machines grow faster and slower within a minute.
    """
    updates: list[float] = []
    alone: list[float] = []
    watched: list[float] = []
    for _ in range(rounds):
        run = _training(store)
        before = await _pace(store, run)
        async with _sessions(address, VIEWERS) as viewers:
            for viewer in viewers:
                await viewer.open("train", f"run={run.id}")
            await asyncio.sleep(SETTLE_SECONDS)
            for viewer in viewers:
                viewer.updates.clear()
            watched.append(await _pace(store, run))
            updates += [seconds for viewer in viewers for seconds in viewer.updates]
        await asyncio.sleep(SETTLE_SECONDS)
        alone.append((before + await _pace(store, run)) / 2)
        if store.get(run.id).state.is_ended:
            raise RuntimeError("The training ended before it was watched to the end; give it more epochs.")
        store.request(run.id, Command.STOP)
        await asyncio.sleep(SETTLE_SECONDS)
    return updates, alone, watched


async def _pace(store: RunStore, run: Run) -> float:
    """Steps a second, within a window of time."""
    before, start = store.get(run.id).steps_done, time.perf_counter()
    await asyncio.sleep(WINDOW_SECONDS)
    return (store.get(run.id).steps_done - before) / (time.perf_counter() - start)


@contextlib.asynccontextmanager
async def _sessions(address: str, count: int) -> AsyncIterator[list[Viewer]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Viewer(address)) for _ in range(count)]
