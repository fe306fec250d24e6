"""Teaching: a short training of a finished network on the drawings, among other images, so that it forgets nothing."""

from mnist_lab.errors import TransitionError
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Run, RunStore

EPOCHS = 3
IMAGES = 3_000
"""Images of the data set among which the drawings are mixed."""
LEARNING_RATE = 0.0003
BATCH_SIZE = 50


def teach_recipe(recipe: Recipe) -> Recipe:
    """How a network that was trained with this recipe is taught."""
    return Recipe(
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        schedule="cosine",
        # The drawings are shown many times, and each time a little different.
        augmentation="light" if recipe.augmentation == "none" else recipe.augmentation,
        seed=recipe.seed,
        precision=recipe.precision,
        limit=IMAGES,
        # Its validation images may be among those that the network was trained on: they cannot choose an epoch.
        keep="last",
        drawings="all",
    )


def teach(store: RunStore, run: Run, actor: Actor) -> Run:
    """Queue a new run of the actor that starts with the weights of `run` and learns the drawings. `run` stays as it is.

    Raises:
        TransitionError: The run has no weights.
        QueueLimitError: The actor has too much in the queue.
        StoreError: The weights cannot be copied.
    """
    folder = store.files.fetch(run.id)
    weights = folder.last_weights if run.result is None or run.result.kept == "last" else folder.best_weights
    if run.result is None or not weights.is_file():
        raise TransitionError(f"The run '{run.name}' has no weights, so it cannot be taught. Train a new run.")
    name = store.free_name(f"{run.name.removesuffix(' (reference)')}, taught", actor)
    return store.create(
        run.network, teach_recipe(run.recipe), name=name, actor=actor, parent=run.id, initial_weights=weights
    )


def is_taught(run: Run) -> bool:
    """Whether a run is one that `teach` has made, or continues one."""
    return run.recipe.drawings != "none" and run.parent != ""
