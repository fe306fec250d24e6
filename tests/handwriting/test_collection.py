"""The collection: who may keep, change and see what, and how much."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update

from mnist_lab.errors import HandwritingError, NotOwnerError, StoreError
from mnist_lab.handwriting import Collection, CollectionLimits
from mnist_lab.handwriting.collection import BIN_SECONDS
from mnist_lab.handwriting.collection_index import owner_name
from mnist_lab.runs import MACHINE, Actor, RunStore
from mnist_lab.runs.schema import drawings
from tests.handwriting.drawn import drawn

ROOT = Path(__file__).parents[2]
ANNA, BEN = Actor("a" * 24 + "12345678"), Actor("b" * 24 + "12345678")
TEACHER = Actor("c" * 32, is_teacher=True)

KEEP_AND_DIE = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from mnist_lab.handwriting import Collection
from mnist_lab.runs import MACHINE, open_store
from mnist_lab.settings import Settings
from tests.handwriting.drawn import drawn

collection = Collection(open_store(Settings()).db)
collection.keep([drawn(1)], MACHINE)

@event.listens_for(Engine, "after_cursor_execute")
def die(_connection, _cursor, statement, *_):
    if statement.startswith("INSERT INTO drawings"):
        os.kill(os.getpid(), signal.SIGKILL)

collection.keep([drawn(2)], MACHINE)
"""


@pytest.fixture
def collection(store: RunStore) -> Collection:
    return Collection(store.db, CollectionLimits(per_owner=5, total=60))


def test_what_is_kept_is_found_again_the_newest_first(collection):
    for seed in (3, 1, 2):
        collection.keep([drawn(seed)], ANNA)
    index = collection.index()
    assert index.labels.tolist() == [2, 1, 3]
    assert index.ids.tolist() == [drawn(seed).id for seed in (2, 1, 3)]
    (found,) = collection.drawings([drawn(1).id, "0" * 16, "'; DROP TABLE drawings"])
    assert (found.label, found.owner, found.strokes) == (1, ANNA.browser_id, drawn(1).strokes)
    assert (found.pixels == drawn(1).pixels).all()


def test_the_same_drawing_is_kept_once(collection):
    assert collection.keep([drawn(1), drawn(1)], ANNA).added == [drawn(1).id]
    again = collection.keep([drawn(1, label=9), drawn(2)], BEN)
    assert (again.added, again.present) == ([drawn(2).id], [drawn(1).id])
    assert collection.drawings([drawn(1).id])[0].label == 1


def test_each_change_gives_another_version_and_reading_none(collection):
    versions = [collection.version()]
    (drawing_id,) = collection.keep([drawn(1)], ANNA).added
    versions.append(collection.version())
    collection.relabel({drawing_id: 7}, ANNA)
    versions.append(collection.version())
    collection.delete([drawing_id], ANNA)
    versions.append(collection.version())
    collection.restore([drawing_id], ANNA)
    versions += [collection.version(), collection.index().version]
    assert len(set(versions)) == 5
    assert versions[-1] == versions[-2]


def test_a_drawing_can_be_changed_by_its_owner_and_by_a_teacher(collection):
    (drawing_id,) = collection.keep([drawn(1)], ANNA).added
    for change in (
        lambda: collection.relabel({drawing_id: 3}, BEN),
        lambda: collection.delete([drawing_id], BEN),
        lambda: collection.delete_all_of(ANNA.browser_id, BEN),
        lambda: collection.delete([drawing_id], Actor("")),
    ):
        with pytest.raises(NotOwnerError, match="Nothing was changed"):
            change()
    assert collection.relabel({drawing_id: 3}, ANNA) == {drawing_id: 1}
    assert collection.relabel({drawing_id: 4, "0" * 16: 5}, TEACHER) == {drawing_id: 3}
    assert collection.delete([drawing_id], TEACHER) == [drawing_id]
    with pytest.raises(NotOwnerError):
        collection.restore([drawing_id], BEN)
    collection.restore([drawing_id], ANNA)
    assert collection.index().labels.tolist() == [4]


def test_a_change_that_one_drawing_refuses_changes_none(collection):
    mine, other = (*collection.keep([drawn(1)], ANNA).added, *collection.keep([drawn(2)], BEN).added)
    with pytest.raises(NotOwnerError):
        collection.relabel({mine: 9, other: 9}, ANNA)
    assert sorted(collection.index().labels.tolist()) == [1, 2]


@pytest.mark.parametrize("label", [-1, 10])
def test_a_label_that_is_no_digit_is_refused(collection, label):
    (drawing_id,) = collection.keep([drawn(1)], ANNA).added
    with pytest.raises(HandwritingError, match="a digit, 0 to 9"):
        collection.relabel({drawing_id: label}, ANNA)


def test_one_browser_cannot_fill_the_collection(collection):
    collection.keep([drawn(seed) for seed in range(5)], ANNA)
    with pytest.raises(HandwritingError, match="at most 5 drawings, and yours has 5"):
        collection.keep([drawn(9)], ANNA)
    collection.keep([drawn(9)], BEN)
    assert len(collection.index()) == 6


def test_deleted_drawings_make_room_when_it_is_needed(collection):
    kept = collection.keep([drawn(seed) for seed in range(5)], ANNA).added
    collection.delete(kept[:2], ANNA)
    collection.keep([drawn(9)], ANNA)
    collection.restore(kept[:2], ANNA)
    assert len(collection.index()) == 4, "those that were deleted are gone for good"


def test_one_network_address_cannot_fill_the_collection(collection):
    for number in range(10):
        collection.keep([drawn(10 * number + each) for each in range(5)], Actor(f"{number:024}12345678"))
    with pytest.raises(HandwritingError, match="at your network address together may keep at most 50"):
        collection.keep([drawn(999)], Actor(f"{99:024}12345678"))
    collection.keep([drawn(999)], Actor(f"{99:024}87654321"))


def test_the_whole_collection_is_bounded_for_a_teacher_too(collection):
    collection.keep([drawn(seed) for seed in range(60)], TEACHER)
    with pytest.raises(HandwritingError, match="at most 60 drawings, and this one has 60"):
        collection.keep([drawn(99)], TEACHER)


def test_a_teacher_removes_all_of_one_owner_and_can_undo_it(collection):
    collection.keep([drawn(1), drawn(2)], ANNA)
    collection.keep([drawn(3)], BEN)
    deleted = collection.delete_all_of(ANNA.browser_id, TEACHER)
    assert collection.index().labels.tolist() == [3]
    collection.restore(deleted, TEACHER)
    assert len(collection.index()) == 3


def test_a_deleted_drawing_can_be_kept_again_by_another_owner(collection):
    collection.delete(collection.keep([drawn(1)], ANNA).added, ANNA)
    assert collection.keep([drawn(1, label=5)], BEN).added == [drawn(1).id]
    assert collection.index().owners.tolist() == [BEN.browser_id]


def test_after_a_day_a_deleted_drawing_is_gone(collection, store):
    deleted = collection.delete(collection.keep([drawn(1)], ANNA).added, ANNA)
    with store.db.write() as connection:
        connection.execute(update(drawings).values(deleted_at=drawings.c.deleted_at - BIN_SECONDS - 1))
    collection.keep([drawn(2)], ANNA)
    collection.restore(deleted, ANNA)
    assert collection.index().labels.tolist() == [2]


def test_owners_are_numbered_in_the_order_of_their_first_drawing(collection):
    for actor, seed in ((BEN, 1), (ANNA, 2), (MACHINE, 3), (BEN, 4)):
        collection.keep([drawn(seed)], actor)
    index = collection.index()
    names = [owner_name(index, actor.browser_id, ANNA.browser_id) for actor in (BEN, ANNA, MACHINE)]
    assert names == ["visitor 1", "you", "the command line"]


@pytest.mark.sqlite
def test_damaged_records_are_left_out(collection, store):
    kept = collection.keep([drawn(seed) for seed in range(4)], ANNA).added
    damage = {"label": "seven", "pixels": "eJw=", "strokes": "[[1]]"}
    for drawing_id, (column, value) in zip(kept, damage.items(), strict=False):
        with store.db.write() as connection:
            connection.execute(update(drawings).where(drawings.c.id == drawing_id).values({column: value}))
    assert len(collection.index()) == 3
    assert [each.id for each in collection.drawings(kept)] == [kept[3]]


@pytest.mark.sqlite
def test_a_full_disk_loses_nothing_and_is_one_sentence(collection, store):
    collection.keep([drawn(1)], ANNA)
    with store.db.read() as connection:
        (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
    with store.db.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="Free some space"):
        collection.keep([drawn(seed) for seed in range(2, 60)], TEACHER)
    assert collection.index().ids.tolist() == [drawn(1).id]


@pytest.mark.slow
def test_a_killed_process_loses_nothing_that_was_kept(store):
    killed = subprocess.run([sys.executable, "-c", KEEP_AND_DIE], cwd=ROOT, env=dict(os.environ), check=False)
    assert killed.returncode == -signal.SIGKILL
    collection = Collection(store.db)
    assert collection.index().labels.tolist() == [1]
    assert collection.keep([drawn(2)], ANNA).added
