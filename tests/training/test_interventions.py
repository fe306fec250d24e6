"""What is done to a run by hand while it trains is part of its record, with the very step from which it applied."""

from collections.abc import Callable

import pytest

from mnist_lab.recipe import learning_rates
from mnist_lab.runs import Command, Intervention, MetricPoint, Run, RunAttempt, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.callbacks import Progress
from mnist_lab.training.connection import StoreConnection
from mnist_lab.training.recorders import checkpoint_writer
from mnist_lab.training.reporter import Reporter
from tests.training.twins import BATCHES, NETWORK, RECIPE, work_on

pytestmark = pytest.mark.training

ON_CHUNK_END = Reporter.on_chunk_end
HEARTBEAT = RunAttempt.heartbeat
ByHand = Callable[[Reporter, MetricPoint], None]


class Killed(BaseException):
    """The end of a process, as far as `execute_run` can see."""


@pytest.fixture(autouse=True)
def _a_checkpoint_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Callable[[ByHand], None]:
    """Let a user do something after each chunk of steps."""

    def install(act: ByHand) -> None:
        def on_chunk_end(self: Reporter, point: MetricPoint) -> Command:
            act(self, point)
            return ON_CHUNK_END(self, point)

        monkeypatch.setattr(Reporter, "on_chunk_end", on_chunk_end)

    return install


def _hear(reporter: Reporter) -> None:
    """Let the reporter read the user's command now, as its thread does several times a second."""
    reporter.connection.poll()


def _changes(run: Run) -> list[tuple[int, float | None]]:
    return [(one.step, one.factor) for one in run.rate_changes]


def _assert_explains_the_rates(store: RunStore, run: Run) -> None:
    """The recipe and the record together give the learning rate of every point."""
    rates = learning_rates(run.recipe, BATCHES * run.recipe.epochs)
    for point in store.points(run.id):
        factor = next((f for step, f in reversed(_changes(run)) if step < point.step), 1.0)
        assert point.learning_rate == pytest.approx(rates[point.step - 1] * (factor or 1.0), rel=1e-6), point.step


@pytest.mark.parametrize(
    "wanted",
    [
        [(BATCHES + 3, 1 / 3)],
        [(2, 10.0), (BATCHES + 1, 1.0), (3 * BATCHES + 4, 0.1)],
        # At the very end of an epoch.
        [(2 * BATCHES, 3.0)],
    ],
)
def test_a_learning_rate_is_recorded_with_the_step_from_which_it_applied(
    offline: Settings,
    store: RunStore,
    by_hand: Callable[[ByHand], None],
    wanted: list[tuple[int, float]],
) -> None:
    run = store.create(NETWORK, RECIPE.with_changes(schedule="cosine"))
    left = list(wanted)

    def act(reporter: Reporter, point: MetricPoint) -> None:
        if left and point.step >= left[0][0]:
            store.set_learning_rate(run.id, left.pop(0)[1])
            _hear(reporter)

    by_hand(act)
    finished = work_on(offline, store)
    assert [factor for _, factor in _changes(finished)] == [factor for _, factor in wanted]
    for (step, _), (asked, _) in zip(_changes(finished), wanted, strict=True):
        assert asked <= step < asked + BATCHES
    assert [one.epoch for one in finished.rate_changes] == [step / BATCHES for step, _ in _changes(finished)]
    _assert_explains_the_rates(store, finished)


def test_a_learning_rate_that_was_set_before_the_start_applies_from_the_first_step(
    offline: Settings, store: RunStore
) -> None:
    run = store.create(NETWORK, RECIPE)
    store.set_learning_rate(run.id, 0.5)
    finished = work_on(offline, store)
    assert _changes(finished) == [(0, 0.5)]
    _assert_explains_the_rates(store, finished)


@pytest.mark.parametrize("unheard", [False, True])
def test_after_a_kill_the_record_is_that_of_the_training_that_counts(
    offline: Settings,
    store: RunStore,
    by_hand: Callable[[ByHand], None],
    monkeypatch: pytest.MonkeyPatch,
    unheard: bool,
) -> None:
    """The rate is changed in the second and the third epoch, of which the third is lost.

    `unheard`: the store never heard of the first change from the worker that died; its checkpoint knows it.
    """
    run = store.create(NETWORK, RECIPE)
    left = [(BATCHES + 2, 0.5), (2 * BATCHES + 2, 0.25)]

    def act(reporter: Reporter, point: MetricPoint) -> None:
        if left and point.step >= left[0][0]:
            store.set_learning_rate(run.id, left.pop(0)[1])
            _hear(reporter)
        if point.step > 2 * BATCHES + 4:
            raise Killed

    def deaf(*arguments: object, **named: object) -> object:
        return HEARTBEAT(*arguments, **named | {"interventions": ()})  # type: ignore[arg-type]

    by_hand(act)
    with monkeypatch.context() as patch:
        if unheard:
            patch.setattr(RunAttempt, "heartbeat", deaf)
            patch.setattr(StoreConnection, "unconfirmed_interventions", _all_interventions(patch))
        with pytest.raises(Killed):
            work_on(offline, store)
    store.reap_stale_runs()
    store.requeue(run.id)
    by_hand(lambda _reporter, _point: None)
    finished = work_on(offline, store)
    assert finished.state is RunState.FINISHED
    (first, half), second = _changes(finished)
    assert BATCHES < first < 2 * BATCHES
    assert half == 0.5
    # The second change now applies from where the training was taken up.
    assert second == (2 * BATCHES, 0.25)
    _assert_explains_the_rates(store, finished)


def _all_interventions(patch: pytest.MonkeyPatch) -> Callable[[StoreConnection], tuple[object, ...]]:
    """What a worker has noted and no store has confirmed, if none ever does."""
    noted: list[object] = []
    note = StoreConnection.note

    def remember(self: StoreConnection, intervention: Intervention) -> None:
        note(self, intervention)
        noted.append(intervention)

    patch.setattr(StoreConnection, "note", remember)
    return lambda _self: tuple(noted)


def test_pauses_and_the_stop_are_recorded_too(
    offline: Settings, store: RunStore, by_hand: Callable[[ByHand], None]
) -> None:
    run = store.create(NETWORK, RECIPE)
    steps: list[int] = []

    def act(reporter: Reporter, point: MetricPoint) -> None:
        if point.step < BATCHES or len(steps) == 2:
            return
        steps.append(point.step)
        store.request(run.id, Command.PAUSE if len(steps) == 1 else Command.STOP)
        _hear(reporter)
        if len(steps) == 1:
            reporter._listener = go_on

    def go_on(progress: Progress) -> None:
        if progress.phase == "paused":
            store.request(run.id, Command.NONE)

    by_hand(act)
    stopped = work_on(offline, store)
    assert stopped.state is RunState.STOPPED
    assert [(one.action, one.step) for one in stopped.interventions] == [
        ("pause", steps[0]),
        ("continue", steps[0]),
        ("stop", steps[1]),
    ]
    times = [one.time for one in stopped.interventions]
    assert times == sorted(times)


@pytest.mark.parametrize("keep", [True, False])
def test_more_epochs_keep_the_learning_rate_or_not_and_the_record_says_which(
    offline: Settings, store: RunStore, by_hand: Callable[[ByHand], None], keep: bool
) -> None:
    run = store.create(NETWORK, RECIPE.with_changes(epochs=2))
    done: list[bool] = []

    def act(reporter: Reporter, point: MetricPoint) -> None:
        if not done and point.step > BATCHES:
            done.append(True)
            store.set_learning_rate(run.id, 0.5)
            _hear(reporter)

    by_hand(act)
    parent = work_on(offline, store)
    assert len(parent.rate_changes) == 1
    store.continue_run(run.id, 2, keep_learning_rate=keep)
    continued = work_on(offline, store)
    assert continued.learning_rate_factor == (0.5 if keep else 1.0)
    assert _changes(continued) == [*_changes(parent), *([] if keep else [(2 * BATCHES, 1.0)])]
    _assert_explains_the_rates(store, continued)
