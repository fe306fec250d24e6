"""The diagram of a network, whose layers can be clicked."""

import streamlit as st

from mnist_lab.charts import network_diagram_svg
from mnist_lab.network import MAX_LAYERS, Analysis, Network, analyse
from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_network_diagram",
    html='<div class="lab-network-diagram" translate="no"></div>',
    css="""
    .lab-network-diagram { overflow-x: auto; overscroll-behavior-x: contain; color: var(--st-text-color); }
    .lab-network-diagram svg { display: block; margin: 0 auto; max-width: 100%; height: auto; }
    .lab-network-diagram :is([data-index]:hover, [data-index]:focus-visible) { filter: brightness(1.12);
      outline: none; }
    .lab-network-diagram.lab-goes-on { mask-image: linear-gradient(to right, #000 82%, transparent); }
    @media (min-width: 641px) { .lab-network-diagram.lab-whole svg { min-width: 0 !important; } }
    @media (max-width: 640px) { .lab-network-diagram svg { max-width: none; } }
    """,
    js=script("network_diagram"),
    isolate_styles=False,
)


def drawable(analysis: Analysis) -> Analysis:
    """The network with at most `MAX_LAYERS` layers: a link or a file can have thousands, too many for a browser."""
    layers = analysis.network.layers
    return analysis if len(layers) <= MAX_LAYERS else analyse(Network(layers=layers[:MAX_LAYERS]))


def network_diagram(analysis: Analysis, *, key: str, picked: int | None = None, whole: bool = False) -> int | None:
    """Draw the network to scale; if it has too many layers, only the first `MAX_LAYERS`.

    Args:
        analysis: Analysis of a network with any number of layers.
        key: Identifies the diagram.
        picked: Index in `network.layers` of the layer that is highlighted.
        whole: Whether the diagram shrinks to fit its width; on a phone it can always be scrolled.

    Returns:
        Index in `network.layers` of the layer that was clicked just now, or None.
    """
    data = {"svg": network_diagram_svg(drawable(analysis), selected=picked), "whole": whole}
    result = _component(data=data, key=key, on_picked_change=lambda: None)
    clicked = result.picked
    return None if clicked is None else int(clicked)
