"""The pictures of a recipe's choices: the learning rate over the training, and ten digits as it will show them."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import StylePicture, digit_sheet_png, schedule_figure, styles_html
from mnist_lab.data import Dataset, augmented_digits, random_images, style_examples, template_sheet
from mnist_lab.recipe import HANDWRITING, Augmentation, HandwritingShares, Recipe, learning_rates
from mnist_lab.recipe.choice_lines import steps_per_epoch
from mnist_lab.recipe.recipe_labels import SCHEDULE_NAMES
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.components.theme import theme
from mnist_lab.ui.components.themed_html import themed_html

_MAX_STEPS_DRAWN = 2_000
_HEIGHT = 140  # pixels
_SEED = "augmentation-seed"
_CHANGES = {
    "none": "as they are",
    "light": "a little shifted, turned and scaled",
    "pen": "shifted, turned, scaled and slanted, some with thicker or thinner strokes",
    "styles": "a little shifted, turned and scaled",
}
_TEMPLATES_EACH = 3
"""Pictures of each digit that are drawn from strokes."""


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
    if (shares := HANDWRITING.get(augmentation)) is not None:
        _handwriting_pictures(dataset, shares, seed)
    st.button(
        "Change them again",
        icon=":material/casino:",
        type="tertiary",
        key="augmentation-others",
        disabled=augmentation == "none",
        on_click=_show_others,
    )


def _handwriting_pictures(dataset: Dataset, shares: HandwritingShares, seed: int) -> None:
    st.caption(
        f"In the last {formatting.percent(1 - shares.begin)} of the epochs, {formatting.percent(shares.drawn)} of the "
        "images are written in another style:"
    )
    pictures = [StylePicture(*example) for example in style_examples(dataset, seed)]
    themed_html(styles_html(pictures), key="style-pictures")
    st.caption(f"{formatting.percent(shares.templates)} are digits drawn from strokes, no two of them alike:")
    sheet = digit_sheet_png(template_sheet(_TEMPLATES_EACH, seed), columns=10, scale=2, theme=theme(), gap=2)
    st.image(sheet, alt="Thirty digits drawn from strokes")


def _show_others() -> None:
    st.session_state[_SEED] += 1
