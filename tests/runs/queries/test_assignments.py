from sqlalchemy import update

from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore
from mnist_lab.runs.queries.assignments import Assignment, assignments
from mnist_lab.runs.schema import runs


def test_who_has_a_run_is_known_whatever_else_of_its_record_is_damaged(store: RunStore) -> None:
    waiting, claimed, deleted, other = (store.create(Network(), Recipe()) for _ in range(4))
    store.claim(claimed.id, "worker")
    store.delete(deleted.id)
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == claimed.id).values(network="{"))
    assert assignments(store.db, [waiting.id, claimed.id, deleted.id]) == {
        waiting.id: Assignment("queued", 0, ""),
        claimed.id: Assignment("starting", 1, "worker"),
    }
    assert assignments(store.db, []) == {}
    assert other.id in assignments(store.db, {other.id})
