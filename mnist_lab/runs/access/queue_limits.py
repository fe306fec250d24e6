"""How much one browser may have in the queue, so that none can fill it for all."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from mnist_lab.errors import LabError, QueueLimitError
from mnist_lab.recipe import Recipe, recipe_from_json
from mnist_lab.runs.access.actor import Actor
from mnist_lab.runs.queries.queue_order import address_part, network_address
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES, RunState

_ALL_IMAGES = 60_000
"""The training images of MNIST."""
_AT_WORK = (runs.c.state.in_([RunState.QUEUED, *ACTIVE_STATES]), runs.c.deleted_at.is_(None))
MAX_BROWSERS = 10
"""All browsers at one network address together may have as many runs as so many of them."""


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """The most that one browser may have in the queue and in training. A teacher is not bounded."""

    runs: int = 50
    images: int = 120_000_000
    """Training images times epochs, of all these runs together: two trainings of 1,000 epochs."""

    def ensure_room(self, connection: Connection, actor: Actor, new: Sequence[int]) -> None:
        """Check that the actor may queue more runs, within the caller's write transaction.

        Args:
            connection: A transaction for writing.
            actor: Who queues them.
            new: Training images times epochs of each run to be queued, from `images_to_train`.

        Raises:
            QueueLimitError: They are too many.
        """
        if actor.is_teacher:
            return
        present = _images_of(connection, actor.browser_id)
        if len(present) + len(new) > self.runs:
            raise QueueLimitError(
                f"One browser may have at most {self.runs:,} runs waiting or in training, and yours has"
                f" {len(present):,}. Wait until some have ended, or cancel some."
            )
        # A script can be as many browsers as it likes.
        most = MAX_BROWSERS * self.runs
        if _count_at_address(connection, actor.browser_id) + len(new) > most:
            raise QueueLimitError(
                f"All browsers at your network address together may have at most {most:,} runs waiting or in training."
                " Wait until some have ended."
            )
        if sum(present) + sum(new) > self.images:
            raise QueueLimitError(
                f"With this, the runs of your browser would train on {sum(present) + sum(new):,} images, counted in"
                f" every epoch; at most {self.images:,} are allowed. Train for fewer epochs or on fewer images, or wait"
                " until other runs have ended."
            )


def _count_at_address(connection: Connection, browser_id: str) -> int:
    """How many runs are queued and active of all browsers at this one's network address."""
    query = select(func.count()).select_from(runs).where(network_address() == address_part(browser_id), *_AT_WORK)
    return connection.execute(query).scalar_one()


def images_to_train(recipe: Recipe, epochs_done: int = 0) -> int:
    """Training images times the epochs that remain."""
    return min(recipe.limit or _ALL_IMAGES, _ALL_IMAGES) * max(0, recipe.epochs - epochs_done)


def _images_of(connection: Connection, owner: str) -> list[int]:
    """`images_to_train` of each queued and active run of an owner; 0 for a damaged record."""
    query = select(runs.c.recipe, runs.c.epochs_done).where(runs.c.owner == owner, *_AT_WORK)
    return [_images(row.recipe, row.epochs_done) for row in connection.execute(query)]


def _images(recipe: str, epochs_done: int) -> int:
    try:
        return images_to_train(recipe_from_json(recipe), epochs_done)
    except LabError:
        return 0
