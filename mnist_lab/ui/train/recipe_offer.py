"""The offer of a preset's own recipe, when the session's recipe is another one."""

import streamlit as st

from mnist_lab.network import Network, matching_preset
from mnist_lab.recipe import PRESET_RECIPES, preset_recipe
from mnist_lab.recipe.recipe_labels import recipe_line
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.session.recipe_draft import chosen_recipe, open_recipe


def preset_recipe_offer(network: Network) -> None:
    """Draw the offer with its button; nothing if the network is no preset or its recipe is the session's already."""
    preset = matching_preset(network)
    if preset is None:
        return
    own = preset_recipe(preset.name).with_changes(seed=chosen_recipe().seed)
    if own == chosen_recipe():
        return
    has_own = preset.name in PRESET_RECIPES
    title = f"{preset.title} has its own recipe" if has_own else f"{preset.title} goes with the default recipe"
    with st.container(gap="xsmall", key="recipe-offer"):
        st.caption(plain(f"{title}: {recipe_line(own)}."))
        st.button("Use it", icon=":material/receipt_long:", key="use-preset-recipe", on_click=open_recipe, args=(own,))
