"""The pictures of a recipe's choices: the learning rate over the training, and ten digits as it will show them."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import digit_sheet_png, schedule_figure
from mnist_lab.data import Dataset, augmented_digits, random_images
from mnist_lab.recipe import Augmentation, Recipe, learning_rates
from mnist_lab.recipe.choice_lines import steps_per_epoch
from mnist_lab.recipe.recipe_labels import SCHEDULE_NAMES
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.components.theme import theme

_MAX_STEPS_DRAWN = 2_000
_HEIGHT = 140  # pixels
_SEED = "augmentation-seed"
_CHANGES = {
    "none": "as they are",
    "light": "a little shifted, turned and scaled",
    "pen": "shifted, turned, scaled and slanted, some with thicker or thinner strokes",
}


def schedule_picture(recipe: Recipe, images: int) -> None:
    """Draw the learning rate over the epochs of a training, for a data set with `images` training images."""
    steps = min(_MAX_STEPS_DRAWN, recipe.epochs * steps_per_epoch(recipe, images))
    figure = schedule_figure(learning_rates(recipe, steps), recipe.epochs)
    alt = f"Learning rate over {formatting.quantity(recipe.epochs, 'epoch')}, {SCHEDULE_NAMES[recipe.schedule].lower()}"
    plotly_chart(figure, key="schedule-picture", alt=alt, height=_HEIGHT)


def augmentation_picture(dataset: Dataset, augmentation: Augmentation) -> None:
    """Draw the same ten digits as a training with this augmentation shows them, and a button for other changes."""
    seed = st.session_state.setdefault(_SEED, 0)
    shown = augmented_digits(random_images(dataset, 1, seed=1), augmentation, seed)
    sheet = digit_sheet_png(shown, columns=5, scale=2, theme=theme(), gap=2)
    st.image(sheet, alt=f"Ten training digits, {_CHANGES[augmentation]}")
    st.button(
        "Change them again",
        icon=":material/casino:",
        type="tertiary",
        key="augmentation-others",
        disabled=augmentation == "none",
        on_click=_show_others,
    )


def _show_others() -> None:
    st.session_state[_SEED] += 1
