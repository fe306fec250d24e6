"""The form of a recipe: the main controls, and the others in an expander. The session keeps its values."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import schedule_figure
from mnist_lab.recipe import Recipe, learning_rates
from mnist_lab.recipe.recipe_labels import OPTIMIZER_NAMES, SCHEDULE_NAMES
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.session.recipe_draft import FIELD_PREFIX, RECIPE_KEY, chosen_recipe

_LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
_BATCH_SIZES = (16, 32, 64, 100, 128, 256, 512, 1024)
_LIMITS = (30_000, 6_000, 1_000, 300)
_WEIGHT_DECAYS = (0.0, 0.0001, 0.0004, 0.001, 0.004, 0.01, 0.05, 0.1)
_FRACTIONS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
_PATIENCES = (0, 1, 2, 3, 5, 10)
_MAX_STEPS_DRAWN = 2_000
_OPTIONAL = {"limit", "early_stopping"}
"""Fields for which the form has 0 and the recipe None."""

_AUGMENTATIONS = {"none": "None", "light": "Light", "pen": "Pen"}
_PRECISIONS = {"auto": "The fastest on this machine", "float32": "float32", "mixed_bfloat16": "mixed bfloat16"}
_VALIDATIONS = {"holdout": "Held out of the training images", "test": "The test set, as in the notebook"}
_KEEPS = {"best": "Best epoch", "last": "Last epoch"}


def recipe_form(images: int) -> None:
    """Draw the main controls, for a data set with `images` training images."""
    before = chosen_recipe()
    changes: dict[str, Any] = {}
    first, second = st.columns(2)
    with first:
        changes["epochs"] = int(st.number_input("Epochs", 1, 1000, **_widget("epochs", before.epochs)))
        changes["batch_size"] = _select("Batch size", "batch_size", _BATCH_SIZES, formatting.count)
    with second:
        changes["learning_rate"] = _select("Learning rate", "learning_rate", _LEARNING_RATES, formatting.learning_rate)
        limits = [0, *(limit for limit in sorted({*_LIMITS, before.limit or 0}, reverse=True) if 0 < limit < images)]
        limit = _select(
            "Training images", "limit", limits, lambda limit: f"{limit:,}" if limit else f"All {images:,}", fixed=True
        )
        changes["limit"] = limit or None
    st.session_state[RECIPE_KEY] = before.with_changes(**changes)


def rest_of_recipe(images: int) -> None:
    """Draw the other controls in an expander; must be called after `recipe_form`."""
    before = chosen_recipe()
    changes: dict[str, Any] = {}
    with st.expander("More of the recipe", icon=":material/tune:"):
        optimizer, validation, rest = st.columns(3, gap="medium")
        with optimizer:
            changes |= _optimizer_part(before)
            changes |= _schedule_part(before, images)
        with validation:
            changes |= _validation_part()
        with rest:
            changes |= _rest_part(before)
    st.session_state[RECIPE_KEY] = before.with_changes(**changes)


def _optimizer_part(before: Recipe) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "optimizer": _select("Optimizer", "optimizer", list(OPTIMIZER_NAMES), OPTIMIZER_NAMES.get)
    }
    if changes["optimizer"] == "sgd":
        changes["momentum"] = st.slider("Momentum", 0.0, 0.99, step=0.01, **_widget("momentum", before.momentum))
    if changes["optimizer"] == "adamw":
        changes["weight_decay"] = _select("Weight decay", "weight_decay", _WEIGHT_DECAYS, formatting.learning_rate)
    return changes


def _schedule_part(recipe: Recipe, images: int) -> dict[str, Any]:
    schedule = _select("Learning-rate schedule", "schedule", list(SCHEDULE_NAMES), SCHEDULE_NAMES.get)
    if schedule != "constant":
        trained = min(recipe.limit or images, images)
        if recipe.validation == "holdout":
            trained = round(trained * (1 - recipe.validation_fraction))
        steps = min(_MAX_STEPS_DRAWN, recipe.epochs * -(-trained // recipe.batch_size))
        rates = learning_rates(recipe.with_changes(schedule=schedule), max(1, steps))
        alt = f"Learning rate over {recipe.epochs} epochs, {SCHEDULE_NAMES[schedule].lower()}"
        plotly_chart(schedule_figure(rates, recipe.epochs), key="schedule-picture", alt=alt, height=150)
    return {"schedule": schedule}


def _validation_part() -> dict[str, Any]:
    validation = _select("Validation images", "validation", list(_VALIDATIONS), _VALIDATIONS.get)
    changes: dict[str, Any] = {"validation": validation}
    if validation == "holdout":
        changes["validation_fraction"] = _select(
            "Share held out", "validation_fraction", _FRACTIONS, lambda share: f"{share:.0%}".replace("%", " %")
        )
        changes["keep"] = _select("Weights to keep", "keep", list(_KEEPS), _KEEPS.get)
    else:
        st.warning(
            "The test set is then used to judge the training, so its accuracy is no longer an unbiased final result. "
            "The run is marked as such and keeps the weights of its last epoch.",
            icon=":material/warning:",
        )
    patience = _select(
        "Stop early", "early_stopping", _PATIENCES, _patience_text, hint="When the validation loss no longer decreases."
    )
    changes["early_stopping"] = patience or None
    return changes


def _rest_part(before: Recipe) -> dict[str, Any]:
    augmentation = _select(
        "Augmentation",
        "augmentation",
        list(_AUGMENTATIONS),
        _AUGMENTATIONS.get,
        hint="Light: small shifts and rotations. Pen: also variations of handwriting, such as slant and stroke width.",
    )
    seed = int(
        st.number_input(
            "Seed",
            0,
            2**31 - 1,
            help="The same seed on the same machine gives the same result.",
            **_widget("seed", before.seed),
        )
    )
    precision = _select("Precision", "precision", list(_PRECISIONS), _PRECISIONS.get)
    return {"augmentation": augmentation, "seed": seed, "precision": precision}


def _patience_text(patience: int) -> str:
    if not patience:
        return "Never"
    return f"After {patience} epoch{'' if patience == 1 else 's'} without improvement"


def _select(
    title: str,
    field: str,
    options: Sequence[Any],
    label: Callable[[Any], Any],
    *,
    fixed: bool = False,
    hint: str | None = None,
) -> Any:
    """A select box. If the recipe's value is not among the options, it is added or, if `fixed`, replaced by the first.

    For Streamlit, None means "nothing chosen", so the recipe's None is represented by 0.
    """
    value = getattr(chosen_recipe(), field) or 0
    if value not in options:
        if fixed:
            value = options[0]
        else:
            options = sorted([*options, value])
    widget = _widget(field, value)
    if st.session_state[widget["key"]] not in options:
        st.session_state[widget["key"]] = value
    return st.selectbox(title, options, format_func=label, help=hint, **widget)


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
    st.session_state[RECIPE_KEY] = chosen_recipe().with_changes(
        **{field: None if field in _OPTIONAL and not value else value}
    )
