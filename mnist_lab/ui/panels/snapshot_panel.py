"""The snapshots of a run, epoch by epoch: predictions, filters, feature maps and layer health."""

import streamlit as st

from mnist_lab.insight import convolution_filters
from mnist_lab.runs import Run
from mnist_lab.ui.components.epoch_slider import chosen_epoch, epoch_slider
from mnist_lab.ui.components.themed_html import pixel_theme, themed_html
from mnist_lab.ui.live.run_view import slider_key
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.snapshot_cache import PANELS, Panel, newest_version, panel_html, snapshot_versions

_PICTURE = "watch-picture"
_DIGITS = tuple(range(10))


@st.fragment
def snapshot_panel(run: Run, first: Panel = PANELS[0]) -> None:
    """Show the snapshots of a run, during or after its training; nothing for an ended run without snapshots.

    It is a fragment, so that a new snapshot does not run the whole page again.

    Args:
        run: In any state.
        first: What is shown until the viewer chooses another panel.
    """
    folder = services().store.files.fetched(run.id).snapshots
    available = snapshot_versions(folder)
    if not available and not run.state.is_active:
        return
    with st.container(border=True, key="watch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Watch it learn", anchor=False, width="content")
            panel = st.segmented_control(
                "What to show",
                PANELS,
                default=first,
                required=True,
                key="watch-panel",
                label_visibility="collapsed",
            )
        if not available:
            st.caption("The first snapshot appears after the first steps.")
            return
        slider = slider_key(run.id)
        epochs = [version.epoch for version in available]
        epoch = chosen_epoch(epochs, slider)
        above = st.container()
        done = run.epochs_done if run.state.is_ended else None
        digit = 0
        if panel == "Maps" or (panel == "Filters" and convolution_filters(run.network)):
            digit = st.segmented_control(
                "Digit", _DIGITS, default=3, required=True, key="watch-digit", label_visibility="collapsed"
            )
        html = panel_html(folder, available, epoch, panel, digit, pixel_theme(_PICTURE), done=done)
        if html is None:
            st.caption(
                f":material/broken_image: The snapshot of epoch {epoch:,} cannot be read. Other epochs may be readable."
            )
        else:
            themed_html(html, key=_PICTURE)
        with above:
            epoch_slider(
                epochs,
                total=max(run.recipe.epochs, epochs[-1]),
                live=run.state.is_active,
                best=run.result.best_epoch if run.result else None,
                done=done,
                newest=newest_version(available),
                key=slider,
            )
