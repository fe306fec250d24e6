"""The recipe that the session is editing."""

import streamlit as st

from mnist_lab.recipe import Recipe

RECIPE_KEY = "recipe"
FIELD_PREFIX = "recipe-"
"""Prefix of the keys of the form's widgets."""


def chosen_recipe() -> Recipe:
    """The recipe of the session."""
    recipe: Recipe = st.session_state.get(RECIPE_KEY, Recipe())
    return recipe


def open_recipe(recipe: Recipe) -> None:
    """Make `recipe` the recipe of the session; to be called from a callback, before the form is drawn."""
    st.session_state[RECIPE_KEY] = recipe
    for key in [key for key in st.session_state if str(key).startswith(FIELD_PREFIX)]:
        del st.session_state[key]
