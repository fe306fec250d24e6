"""A run as a Keras training script that does not need MNIST Lab: network, recipe, data, fit and test."""

from dataclasses import dataclass

from mnist_lab import formatting
from mnist_lab.export.templates import (
    AUGMENTATIONS,
    BY_HAND,
    DATA,
    DRAWING,
    NOT_A_DIGIT,
    OPTIMIZERS,
    SCHEDULES,
    SPLITS,
    TRAINING,
)
from mnist_lab.insight.interventions import learning_rate_text
from mnist_lab.keras_settings import SOURCE
from mnist_lab.network import model_source
from mnist_lab.novelty.digit_subspaces import DIMENSIONS, MAX_TRAINING, QUANTILE
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run


@dataclass(frozen=True)
class Section:
    """A section of the script: its title and its source."""

    title: str
    source: str


def sections(run: Run) -> list[Section]:
    """Return the sections of the script, in order; each one is also a cell of the notebook."""
    recipe = run.recipe
    return [
        Section("Settings", _settings(run)),
        Section("The digits", DATA + SPLITS[recipe.validation]),
        Section("The network", _network(run)),
        Section("Augmentation of the training images", AUGMENTATIONS[recipe.augmentation]),
        Section("The learning rate of each step", _schedule(run)),
        Section("Training", _training(recipe)),
        Section("Test", _test(recipe)),
        Section("Not a digit", _not_a_digit()),
        Section("A drawing of one's own", DRAWING),
    ]


def training_script(run: Run) -> str:
    """Return the run as one Python file that trains the same network with the same recipe, without the lab."""
    heading = f'"""{introduction(run)}"""\n'
    parts = [f"# {section.title}\n\n{section.source.strip()}\n" for section in sections(run)]
    return "\n\n".join([heading, *parts])


def introduction(run: Run) -> str:
    """Return a short description of the script, safe inside a docstring and in Markdown."""
    lines = [f"Trains the network of the MNIST Lab run {run.id} with Keras: pip install tensorflow pillow scipy", ""]
    if run.data is not None and run.used_sample:
        lines.append(f"The run itself was trained on the {run.data.title}; this script trains on MNIST.")
    if run.data is not None and run.data.drawings:
        lines.append(f"The run was also trained on {run.data.drawings} drawings of the lab, which this script lacks.")
    if run.parent and run.recipe.drawings != "none":
        lines.append(f"It began with the weights of the run {run.parent}; this script begins with random weights.")
    if run.result is not None:
        lines.append(
            f"The run had a test accuracy of {run.result.test_accuracy:.4f} and a test loss of "
            f"{run.result.test_loss:.4f} after {formatting.quantity(run.result.epochs, 'epoch')}."
        )
    if run.rate_changes:
        lines.append(f"Changed by hand while it trained, and in this script too: {learning_rate_text(run)}.")
    elif rate := learning_rate_text(run):
        lines.append(f"Changed by hand while it trained, but not in this script: {rate}.")
    lines.append("It uses other random numbers than the lab, so its results are close to these, not equal.")
    return "\n".join(lines) + "\n"


def _settings(run: Run) -> str:
    recipe = run.recipe
    precision = run.result.precision if run.result is not None else recipe.precision
    values = {"EPOCHS": recipe.epochs, "BATCH_SIZE": recipe.batch_size, "LEARNING_RATE": recipe.learning_rate}
    if recipe.optimizer == "sgd":
        values["MOMENTUM"] = recipe.momentum
    if recipe.optimizer == "adamw":
        values["WEIGHT_DECAY"] = recipe.weight_decay
    if recipe.validation == "holdout":
        values["VALIDATION_FRACTION"] = recipe.validation_fraction
    values["SEED"] = recipe.seed
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    return f"""\
{SOURCE}
import numpy as np
import tensorflow as tf

{chr(10).join(lines)}
LIMIT = {recipe.limit!r}  # training images to use, held-out ones included; None: all
MNIST = None  # path of an mnist.npz; None: Keras downloads it
PICTURE = None  # path of a picture of a digit, to be read in the end

keras.utils.set_random_seed(SEED)
keras.mixed_precision.set_global_policy({"float32" if precision == "auto" else precision!r})
"""


def _network(run: Run) -> str:
    before, softmax, after = model_source(run.network).rpartition("activation='softmax'")
    # Probabilities in bfloat16, which has 8 significant bits, would make the loss inaccurate.
    return f"{before}{softmax}, dtype='float32'{after}\nmodel.summary()"


def _schedule(run: Run) -> str:
    changes = [(one.epoch, one.factor) for one in run.rate_changes]
    by_hand = BY_HAND.format(changes=changes) if changes else ""
    return SCHEDULES[run.recipe.schedule].replace("BY_HAND", by_hand)


def _training(recipe: Recipe) -> str:
    callbacks = ["LearningRate()"]
    if recipe.kept == "best":
        callbacks.append('keras.callbacks.ModelCheckpoint("best.keras", monitor="val_loss", save_best_only=True)')
    if recipe.early_stopping is not None:
        callbacks.append(f'keras.callbacks.EarlyStopping(monitor="val_loss", patience={recipe.early_stopping})')
    listed = "".join(f"\n    {callback}," for callback in callbacks) + "\n"
    return TRAINING.replace("CALLBACKS", listed).replace("OPTIMIZER", OPTIMIZERS[recipe.optimizer])


def _not_a_digit() -> str:
    percent = f"{100 * QUANTILE:g}"
    return NOT_A_DIGIT.format(percent=percent, quantile=QUANTILE, dimensions=DIMENSIONS, images=MAX_TRAINING)


def _test(recipe: Recipe) -> str:
    best = 'model = keras.saving.load_model("best.keras")  # of the epoch with the lowest validation loss\n'
    return (best if recipe.kept == "best" else "") + (
        "test_loss, test_accuracy = model.evaluate(test, verbose=0)\n"
        'print(f"test accuracy {test_accuracy:.4f}, test loss {test_loss:.4f}")'
    )
