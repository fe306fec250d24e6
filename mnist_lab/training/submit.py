"""Adds a run to the queue, after checking that its network can be trained."""

from mnist_lab.network import Analysis, ensure_trainable
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, Actor, Run, RunStore
from mnist_lab.settings import Settings


def submit(
    store: RunStore,
    settings: Settings,
    analysis: Analysis,
    recipe: Recipe,
    *,
    name: str | None = None,
    actor: Actor = MACHINE,
    group: str = "",
) -> Run:
    """Queue a run of the analysed network with this recipe; it belongs to the actor.

    Without a name it gets that of its network, with a number if the actor has runs of that name already.

    Raises:
        NetworkError: The network is invalid, beyond the limits, or needs more memory than `settings.memory`.
        QueueLimitError: The actor has too much in the queue.
        StoreError: The store cannot be written.
    """
    ensure_trainable(analysis, recipe.batch_size, settings.memory)
    return store.create(
        analysis.network, recipe, name=name or store.free_name(analysis.network.name, actor), actor=actor, group=group
    )
