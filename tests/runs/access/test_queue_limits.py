"""How much one browser may have in the queue."""

import pytest
from sqlalchemy import update

from mnist_lab.errors import QueueLimitError
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, Actor, Command, RunState, RunStore, open_store
from mnist_lab.runs.access.queue_limits import QueueLimits, images_to_train
from mnist_lab.runs.schema import runs
from mnist_lab.settings import Settings
from tests.factories import start_run

ANNA, BEN, TEACHER = Actor("anna"), Actor("ben"), Actor("teacher", is_teacher=True)
NETWORK = PRESETS["tiny"].network


@pytest.fixture
def small(settings: Settings) -> RunStore:
    """A store in which a browser may have three runs, on a million images in all."""
    return RunStore(settings.db_url, settings.runs_folder, limits=QueueLimits(runs=3, images=1_000_000))


def fill(store: RunStore, count: int = 3) -> list[str]:
    return [store.create(NETWORK, Recipe(epochs=1), actor=ANNA).id for _ in range(count)]


def test_a_browser_has_only_so_many_runs_in_the_queue(small: RunStore) -> None:
    first, *_ = fill(small)
    with pytest.raises(QueueLimitError) as refused:
        fill(small, 1)
    assert str(refused.value) == (
        "One browser may have at most 3 runs waiting or in training, and yours has 3. Wait until some have ended, or"
        " cancel some."
    )
    assert small.count() == 3
    small.create(NETWORK, Recipe(), actor=BEN)
    small.request(first, Command.STOP, ANNA)
    fill(small, 1)


def test_all_browsers_at_one_address_have_as_much_as_ten(small: RunStore) -> None:
    # As a script does that asks for a new cookie each time.
    for number in range(30):
        small.create(NETWORK, Recipe(epochs=1), actor=Actor(f"{number:024}aaaaaaaa"))
    with pytest.raises(QueueLimitError, match="All browsers at your network address together may have at most 30 runs"):
        small.create(NETWORK, Recipe(epochs=1), actor=Actor(f"{31:024}aaaaaaaa"))
    small.create(NETWORK, Recipe(epochs=1), actor=Actor(f"{31:024}bbbbbbbb"))


@pytest.mark.parametrize("actor", [TEACHER, MACHINE])
def test_a_teacher_is_not_bounded(small: RunStore, actor: Actor) -> None:
    for _ in range(5):
        small.create(NETWORK, Recipe(epochs=1000), actor=actor)
    assert small.count() == 5


def test_a_run_in_training_counts_too(small: RunStore) -> None:
    for run_id in fill(small):
        start_run(small, small.get(run_id))
    with pytest.raises(QueueLimitError):
        fill(small, 1)


def test_one_browser_may_train_on_only_so_many_images(small: RunStore) -> None:
    small.create(NETWORK, Recipe(epochs=10), actor=ANNA)
    with pytest.raises(QueueLimitError) as refused:
        small.create(NETWORK, Recipe(epochs=7), actor=ANNA)
    assert str(refused.value).startswith("With this, the runs of your browser would train on 1,020,000 images")
    assert "Train for fewer epochs or on fewer images" in str(refused.value)
    small.create(NETWORK, Recipe(epochs=60, limit=6_000), actor=ANNA)


def test_many_ways_into_the_queue_are_bounded_alike(small: RunStore) -> None:
    """Resuming, restoring and continuing add to the queue as a new run does."""
    failed = start_run(small, small.create(NETWORK, Recipe(epochs=1), actor=ANNA))
    small.attempt(failed).move(RunState.FAILED, "lost")
    parent = start_run(small, small.create(NETWORK, Recipe(epochs=1), actor=BEN))
    small.attempt(parent).move(RunState.STOPPED)
    folder = small.folder(parent.id)
    folder.checkpoints.mkdir(parents=True)
    folder.checkpoint_path(1).write_text("weights")
    with small.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == parent.id).values(epochs_done=1))
    cancelled = small.create(NETWORK, Recipe(epochs=1), actor=ANNA)
    small.delete(cancelled.id, ANNA)
    fill(small)
    count = small.count()
    for ask in (
        lambda actor: small.requeue(failed.id, actor),
        lambda actor: small.restore(cancelled.id, actor),
        lambda actor: small.continue_run(parent.id, 1, actor),
    ):
        with pytest.raises(QueueLimitError):
            ask(ANNA)
        assert (small.count(), small.count([RunState.QUEUED]), len(small.deleted_runs())) == (count, 3, 1)
    assert small.continue_run(parent.id, 1, BEN).owner == "ben"


def test_of_a_continued_run_only_the_epochs_to_come_count() -> None:
    assert images_to_train(Recipe(epochs=12)) == 720_000
    assert images_to_train(Recipe(epochs=12), epochs_done=10) == 120_000
    assert images_to_train(Recipe(epochs=12), epochs_done=20) == 0
    assert images_to_train(Recipe(epochs=2, limit=300)) == 600
    assert images_to_train(Recipe(epochs=2, limit=10**6)) == 120_000


def test_a_damaged_record_counts_as_a_run_and_refuses_nothing_else(small: RunStore) -> None:
    fill(small, 2)
    with small.db.write() as connection:
        connection.execute(update(runs).values(recipe="{"))
    fill(small, 1)
    with pytest.raises(QueueLimitError):
        fill(small, 1)


def test_a_sweep_is_refused_as_a_whole(small: RunStore) -> None:
    fill(small, 1)
    with pytest.raises(QueueLimitError):
        small.ensure_room(ANNA, [Recipe(epochs=1)] * 3)
    small.ensure_room(ANNA, [Recipe(epochs=1)] * 2)
    small.ensure_room(TEACHER, [Recipe(epochs=1000)] * 100)


def test_the_settings_name_the_limits_and_are_generous(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(settings)
    store.create(NETWORK, Recipe(epochs=1000), actor=ANNA)
    monkeypatch.setenv("MNIST_LAB_MAX_QUEUED_PER_BROWSER", "1")
    with pytest.raises(QueueLimitError, match="at most 1 runs"):
        open_store(Settings()).create(NETWORK, Recipe(), actor=ANNA)
    monkeypatch.setenv("MNIST_LAB_MAX_QUEUED_PER_BROWSER", "9")
    monkeypatch.setenv("MNIST_LAB_MAX_IMAGES_PER_BROWSER", "60000001")
    with pytest.raises(QueueLimitError, match="at most 60,000,001 are allowed"):
        open_store(Settings()).create(NETWORK, Recipe(), actor=ANNA)
