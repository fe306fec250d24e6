"""The diagram of a network, whose layers can be clicked."""

import streamlit as st

from mnist_lab.charts import network_diagram_views
from mnist_lab.network import MAX_LAYERS, Analysis, Network, analyse
from mnist_lab.ui.components.assets import script, style

_component = st.components.v2.component(
    "mnist_lab_network_diagram",
    html="""
    <div class="lab-network-frame">
      <div class="lab-network-diagram" translate="no"></div>
      <button class="refold" type="button" hidden>Fold the layers again</button>
    </div>
    """,
    css=style("fading")
    + """
    .lab-network-frame { color: var(--st-text-color); }
    .lab-network-diagram svg { display: block; margin: 0 auto; height: auto; max-width: none; }
    .lab-network-diagram .lab-map { image-rendering: pixelated; }
    .lab-network-diagram .input:has(.lab-map) .ink { display: none; }
    .lab-network-diagram :is(.block, .tag):hover { filter: brightness(1.12); }
    .lab-network-frame .refold { font: inherit; font-size: 0.8125rem; color: var(--st-primary-color); background: none;
      border: 1px solid var(--st-border-color); border-radius: 0.5rem; padding: 0.2rem 0.6rem; cursor: pointer;
      display: block; margin: 0.25rem auto 0; }
    .lab-network-frame .refold[hidden] { display: none; }
    .lab-network-frame .refold:hover { border-color: var(--st-primary-color); }
    .lab-network-frame .refold:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
    """,
    js=script("network_diagram", "drawing_bus", "fading", "motion"),
    isolate_styles=False,
)


def drawable(analysis: Analysis) -> Analysis:
    """The network with at most `MAX_LAYERS` layers: a link or a file can have thousands, too many for a browser."""
    layers = analysis.network.layers
    return analysis if len(layers) <= MAX_LAYERS else analyse(Network(layers=layers[:MAX_LAYERS]))


def network_diagram(
    analysis: Analysis,
    *,
    key: str,
    picked: int | None = None,
    screen_share: float = 0.3,
    follows_drawing: bool = False,
) -> int | None:
    """Draw the network to scale; if it has too many layers, only the first `MAX_LAYERS`.

    Its text is never smaller than 12 pixels: where a network has no room, layers are folded, and a click shows them; on
    a phone the diagram scrolls sideways.

    Args:
        analysis: Analysis of a network with any number of layers.
        key: Identifies the diagram.
        picked: Index in `network.layers` of the layer that is highlighted.
        screen_share: Share of the window's height up to which a small network is enlarged.
        follows_drawing: Whether it shows what its layers give for the drawing on the canvas, see `drawing_view`.

    Returns:
        Index in `network.layers` of the layer that was clicked just now, or None.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas (0.4 s, 50 MB).
    data = [network_diagram_views(drawable(analysis), selected=picked), screen_share, follows_drawing]
    result = _component(data=data, key=key, on_picked_change=lambda: None)
    clicked = result.picked
    return None if clicked is None else int(clicked)
