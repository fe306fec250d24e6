"""Parts of `page_speed`: the memory of ten sessions; thirty viewers of a live run, compared with none.

The viewers share the machine with training and pages, so the slowdown that is measured is an upper bound.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.browser import App, app
from benchmarks.figures import Figure
from benchmarks.many_runs import fill
from benchmarks.training_speed import STANDBY_SECONDS
from benchmarks.viewer import answer_seconds, follow_menu, live_requests, open_page, viewers
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings

SESSIONS, MEMORY_TARGET, STORED = 10, 600.0, 1_000
VIEWERS, UPDATE_TARGET, SLOWER_TARGET = 30, 1.0, 10.0
EPOCHS = 16
WINDOW_SECONDS, SETTLE_SECONDS = 12.0, 4.0
TITLES = ("Train", "Compare", "Draw", "Inspect", "Compose")


@dataclass
class Watched:
    """What was measured, a value a round or, of `answers`, a value a question.

    Attributes:
        answers: Seconds of the answers to questions for live data, while all viewers ask too.
        questions: Questions for live data of all viewers in a second.
        alone: Training steps a second without viewers.
        together: Training steps a second with viewers.
    """

    answers: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)


def memory(_rounds: int) -> Iterator[Figure]:
    """Every session goes through all pages twice, over a store of a thousand runs, and stays."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(home=Path(folder)))
        fill(store, STORED)
        store.close()
        with app(Path(folder), MNIST_LAB_STANDBY="false") as lab:
            one, all_of_them = _walk(lab)
    what = f"Memory of the page process, {SESSIONS} sessions"
    yield Figure(what, all_of_them, MEMORY_TARGET, "MB", f"{one:.0f} MB with one session, {STORED:,} runs stored")


def live(rounds: int) -> Iterator[Figure]:
    measured = Watched()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with app(home) as lab:
            store = open_store(Settings(home=home))
            for _ in range(min(rounds, 3)):
                _watch(lab.address, store, measured)
            store.close()
    half, most = np.percentile(measured.answers, [50, 95])
    asked = f"{statistics.median(measured.questions):.0f} questions a second"
    yield Figure(
        f"Answer to a live page, {VIEWERS} viewers, p95",
        float(most),
        UPDATE_TARGET,
        "s",
        f"median {half:.2f} s, {asked}",
    )
    pairs = zip(measured.alone, measured.together, strict=True)
    slower = 100 * (1 - statistics.median(together / alone for alone, together in pairs))
    alone, together = statistics.median(measured.alone), statistics.median(measured.together)
    detail = f"{alone:.0f} steps a second unwatched, {together:.0f} watched"
    yield Figure(f"Training with {VIEWERS} viewers is slower by", slower, SLOWER_TARGET, "%", detail)


def _walk(lab: App) -> tuple[float, float]:
    """Megabytes with the first session, and with all."""
    first = 0.0
    with viewers(SESSIONS) as sessions:
        for session in sessions:
            open_page(session, lab.address)
            for title in TITLES * 2:
                follow_menu(session, title)
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


def _watch(address: str, store: RunStore, measured: Watched) -> None:
    """Measure one training without viewers, with viewers, and without them again.

    Such machines become faster and slower within a minute, so it is measured without viewers both before and after.
    The training pauses while the tabs are opened: that takes the processors for half a minute.
    """
    run = _training(store)
    before = _steps_per_second(store, run, WINDOW_SECONDS)
    store.request(run.id, Command.PAUSE)
    _wait_for(store, run, RunState.PAUSED)
    with viewers(VIEWERS) as tabs:
        for tab in tabs:
            open_page(tab, f"{address}/train?run={run.id}")
        store.request(run.id, Command.NONE)
        _wait_for(store, run, RunState.RUNNING)
        time.sleep(SETTLE_SECONDS)
        asked = sum(len(live_requests(tab)) for tab in tabs)
        start, steps = time.perf_counter(), store.get(run.id).steps_done
        measured.answers += answer_seconds(live_requests(tabs[0])[-1], window=WINDOW_SECONDS)
        seconds = time.perf_counter() - start
        measured.together.append((store.get(run.id).steps_done - steps) / seconds)
        measured.questions.append((sum(len(live_requests(tab)) for tab in tabs) - asked) / seconds)
    time.sleep(SETTLE_SECONDS)
    measured.alone.append((before + _steps_per_second(store, run, WINDOW_SECONDS)) / 2)
    if store.get(run.id).state.is_ended:
        raise RuntimeError("The training ended before it was watched to the end; give it more epochs.")
    store.request(run.id, Command.STOP)
    time.sleep(SETTLE_SECONDS)


def _steps_per_second(store: RunStore, run: Run, window: float) -> float:
    before, start = store.get(run.id).steps_done, time.perf_counter()
    time.sleep(window)
    return (store.get(run.id).steps_done - before) / (time.perf_counter() - start)


def _wait_for(store: RunStore, run: Run, state: RunState) -> None:
    while store.get(run.id).state is not state:
        time.sleep(0.1)
