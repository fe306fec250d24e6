"""The form of a recipe: the main controls, and the others in an expander. The session keeps its values."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.data import Dataset
from mnist_lab.recipe.choice_lines import choice_line
from mnist_lab.recipe.recipe_labels import OPTIMIZER_NAMES, SCHEDULE_NAMES
from mnist_lab.ui.components.glossary_link import field_help
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.recipe_draft import FIELD_PREFIX, RECIPE_KEY, chosen_recipe
from mnist_lab.ui.train.recipe_pictures import augmentation_picture, schedule_picture

_LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
_BATCH_SIZES = (16, 32, 64, 100, 128, 256, 512, 1024)
_LIMITS = (30_000, 6_000, 1_000, 300)
_WEIGHT_DECAYS = (0.0, 0.0001, 0.0004, 0.001, 0.004, 0.01, 0.05, 0.1)
_FRACTIONS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
_PATIENCES = (0, 1, 2, 3, 5, 10)
_OPTIONAL = {"limit", "early_stopping"}
"""Fields for which the form has 0 and the recipe None."""

_AUGMENTATIONS = {"none": "None", "light": "Light", "pen": "Pen", "styles": "Handwriting styles"}
_PRECISIONS = {"auto": "The fastest on this machine", "float32": "float32", "mixed_bfloat16": "mixed bfloat16"}
_VALIDATIONS = {"holdout": "Held out of the training images", "test": "The test set, as in the notebook"}
_DRAWINGS = {"none": "None", "mine": "Those that you kept", "all": "All that were kept"}
_KEEPS = {"best": "Best epoch", "last": "Last epoch"}

_HELP = {
    "epochs": field_help("How often the training goes through all its images.", "epoch"),
    "learning_rate": field_help("How far each step changes the weights.", "learning-rate"),
    "batch_size": field_help(
        "The images of one step, which changes the weights once. The steps of an epoch go through all training images "
        "except those that are held out for validation.",
        "batch",
        "step",
    ),
    "limit": field_help("How many of the images are used, held-out ones included.", "training-images"),
    "optimizer": field_help("The rule by which gradients change the weights.", "optimizer"),
    "momentum": field_help("How much of the last direction each step keeps.", "momentum"),
    "weight_decay": field_help("How much smaller each step makes the weights.", "weight-decay"),
    "schedule": field_help("How the learning rate changes during the training.", "schedule"),
    "augmentation": field_help("Small changes to each training image, others each time.", "augmentation"),
    "seed": field_help("The same seed on the same machine gives the same result.", "seed"),
    "precision": "The numbers that the training computes with; its results hardly differ.",
    "validation": field_help("The images that the network is tested on after each epoch.", "validation-images"),
    "validation_fraction": field_help("The part of the training images that is held out.", "validation-images"),
    "keep": field_help("Which weights the run keeps and is tested with.", "weights"),
    "drawings": "Drawings of the page Handwriting that it trains on, too. One in three is held back for the test.",
    "early_stopping": field_help("Epochs without a lower validation loss, after which it ends.", "early-stopping"),
}


def recipe_form(images: int) -> None:
    """Draw the main controls, for a data set with `images` training images."""
    first, second = st.columns(2)
    with first:
        _number("Epochs", "epochs", 1, 1000, images)
        _select("Batch size", "batch_size", _BATCH_SIZES, formatting.count, images)
    with second:
        _select("Learning rate", "learning_rate", _LEARNING_RATES, formatting.learning_rate, images)
        limit = chosen_recipe().limit or 0
        limits = [0, *(one for one in sorted({*_LIMITS, limit}, reverse=True) if 0 < one < images)]
        _select("Training images", "limit", limits, lambda one: f"{one:,}" if one else f"All {images:,}", images)


def rest_of_recipe(dataset: Dataset) -> None:
    """Draw the other controls in an expander; must be called after `recipe_form`."""
    images = len(dataset.train_labels)
    with st.expander("More of the recipe", icon=":material/tune:"):
        steps, pictures, end = st.columns(3, gap="large")
        with steps:
            _steps_part(images)
        with pictures:
            _pictures_part(dataset)
        with end:
            _end_part(images)


def _steps_part(images: int) -> None:
    st.markdown("**Steps**")
    optimizer = _select("Optimizer", "optimizer", list(OPTIMIZER_NAMES), OPTIMIZER_NAMES.get, images)
    if optimizer == "sgd":
        _momentum(images)
    if optimizer == "adamw":
        _select("Weight decay", "weight_decay", _WEIGHT_DECAYS, formatting.learning_rate, images)
    _select("Learning-rate schedule", "schedule", list(SCHEDULE_NAMES), SCHEDULE_NAMES.get, images)
    schedule_picture(chosen_recipe(), images)


def _pictures_part(dataset: Dataset) -> None:
    images = len(dataset.train_labels)
    st.markdown("**Pictures**")
    _select("Augmentation", "augmentation", list(_AUGMENTATIONS), _AUGMENTATIONS.get, images)
    augmentation_picture(dataset, chosen_recipe().augmentation)
    st.markdown("**Chance and precision**")
    _number("Seed", "seed", 0, 2**31 - 1, images)
    _select("Precision", "precision", list(_PRECISIONS), _PRECISIONS.get, images)


def _end_part(images: int) -> None:
    st.markdown("**Validation and end**")
    validation = _select("Validation images", "validation", list(_VALIDATIONS), _VALIDATIONS.get, images)
    if validation == "holdout":
        _select("Share held out", "validation_fraction", _FRACTIONS, formatting.percent, images)
        _select("Weights to keep", "keep", list(_KEEPS), _KEEPS.get, images)
    else:
        st.warning(
            "The test set is then used to judge the training, so its accuracy is no longer an unbiased final result. "
            "The run is marked as such and keeps the weights of its last epoch.",
            icon=":material/warning:",
        )
    _select("Stop early", "early_stopping", _PATIENCES, _patience_text, images)
    if len(services().handwriting.index()) or chosen_recipe().drawings != "none":
        _select("Our handwriting", "drawings", list(_DRAWINGS), _DRAWINGS.get, images)


def _patience_text(patience: int) -> str:
    if not patience:
        return "Never"
    return f"After {formatting.quantity(patience, 'epoch')} without improvement"


def _number(title: str, field: str, lowest: int, highest: int, images: int) -> None:
    """A field for a whole number, with its line."""
    with st.container(gap="xxsmall"):
        widget = _widget(field, getattr(chosen_recipe(), field))
        _change(**{field: int(st.number_input(title, lowest, highest, help=_HELP[field], **widget))})
        _line(field, images)


def _momentum(images: int) -> None:
    with st.container(gap="xxsmall"):
        widget = _widget("momentum", chosen_recipe().momentum)
        _change(momentum=st.slider("Momentum", 0.0, 0.99, step=0.01, help=_HELP["momentum"], **widget))
        _line("momentum", images)


def _select(title: str, field: str, options: Sequence[Any], label: Callable[[Any], Any], images: int) -> Any:
    """A select box with its line. A value of the recipe that is not among the options is added.

    The training images are different: more than the data set has are all of them. For Streamlit, None means "nothing
    chosen", so the recipe's None is represented by 0.
    """
    value = getattr(chosen_recipe(), field) or 0
    if value not in options:
        if field == "limit":
            value = options[0]
        else:
            options = sorted([*options, value])
    widget = _widget(field, value)
    if st.session_state[widget["key"]] not in options:
        st.session_state[widget["key"]] = value
    with st.container(gap="xxsmall"):
        chosen = st.selectbox(title, options, format_func=label, help=_HELP[field], **widget)
        _change(**{field: None if field in _OPTIONAL and not chosen else chosen})
        _line(field, images)
    return chosen


def _line(field: str, images: int) -> None:
    """What the choice means. A changed choice is in the recipe already, so the line may depend on all of them."""
    st.caption(choice_line(field, chosen_recipe(), images))


def _change(**changes: object) -> None:
    st.session_state[RECIPE_KEY] = chosen_recipe().with_changes(**changes)


def _widget(field: str, value: Any) -> dict[str, Any]:
    """Key and callback of a widget. Its value is set again, as Streamlit forgets it when the user leaves the page."""
    key = f"{FIELD_PREFIX}{field}"
    if key not in st.session_state:
        st.session_state[key] = value
    return {"key": key, "on_change": _keep, "args": (field, key)}


def _keep(field: str, key: str) -> None:
    # At once, as the user may leave the page before the form is drawn again.
    if key not in st.session_state:  # another callback has opened another recipe
        return
    value = st.session_state[key]
    _change(**{field: None if field in _OPTIONAL and not value else value})
