"""The picture of a network, whose blocks can be clicked."""

import streamlit as st

from mnist_lab.charts import network_diagram_svg
from mnist_lab.network import MAX_LAYERS, Analysis, Network, analyse
from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_strip",
    html='<div class="lab-strip"></div>',
    css="""
    .lab-strip { overflow-x: auto; overscroll-behavior-x: contain; color: var(--st-text-color); }
    .lab-strip svg { display: block; margin: 0 auto; max-width: 100%; height: auto; }
    .lab-strip [data-index]:hover, .lab-strip [data-index]:focus-visible { filter: brightness(1.12); outline: none; }
    .lab-strip.lab-goes-on { mask-image: linear-gradient(to right, #000 82%, transparent); }
    @media (min-width: 641px) { .lab-strip.lab-whole svg { min-width: 0 !important; } }
    @media (max-width: 640px) { .lab-strip svg { max-width: none; } }
    """,
    js=script("network_diagram"),
    isolate_styles=False,
)


def drawable(analysis: Analysis) -> Analysis:
    """The network as far as it may have layers: a link or a file can name thousands, which no browser would draw."""
    layers = analysis.network.layers
    return analysis if len(layers) <= MAX_LAYERS else analyse(Network(layers=layers[:MAX_LAYERS]))


def strip(analysis: Analysis, *, key: str, picked: int | None = None, whole: bool = False) -> int | None:
    """Draw the network to scale; of one with too many layers, what `drawable` leaves.

    Args:
        analysis: Of a network with any number of layers.
        key: Names the picture.
        picked: The place in `network.layers` of the block that is marked.
        whole: Whether all of it is seen at once, however small it gets; on a phone it is scrolled even so.

    Returns:
        The place in `network.layers` of the block that was clicked just now, or None.
    """
    data = {"svg": network_diagram_svg(drawable(analysis), selected=picked), "whole": whole}
    result = _component(data=data, key=key, on_picked_change=lambda: None)
    clicked = result.picked
    return None if clicked is None else int(clicked)
