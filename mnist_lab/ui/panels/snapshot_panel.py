"""Watch a run learn: what its network reads, its filters, feature maps and health, epoch by epoch."""

import streamlit as st

from mnist_lab.network import analyse
from mnist_lab.runs import Run
from mnist_lab.ui.components.epoch_slider import chosen_epoch, timeline
from mnist_lab.ui.components.themed_html import picture, picture_theme
from mnist_lab.ui.live.run_view import timeline_key
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.snapshot_cache import PANELS, panel_html, stamp_words, stamps

_PICTURE = "watch-picture"
_DIGITS = tuple(range(10))


@st.fragment
def watch_panel(run: Run) -> None:
    """Show what was seen of a run, live or replayed; nothing for an ended run that kept no snapshots.

    A fragment of its own: of a page that shows a run, nothing else has to be drawn anew for a new snapshot.
    """
    folder = services().store.folder(run.id).snapshots
    there = stamps(folder)
    if not there and not run.state.is_active:
        return
    with st.container(border=True, key="watch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Watch it learn", anchor=False, width="content")
            panel = st.segmented_control(
                "What to watch",
                PANELS,
                default=PANELS[0],
                required=True,
                key="watch-panel",
                label_visibility="collapsed",
            )
        if not there:
            st.caption("The first pictures come with the first steps.")
            return
        slider = timeline_key(run.id)
        epochs = [stamp.epoch for stamp in there]
        epoch = chosen_epoch(epochs, slider)
        above = st.container()
        done = run.epochs_done if run.state.is_ended else None
        digit = 0
        if panel == "Maps" or (panel == "Filters" and analyse(run.network).convolution_filters):
            digit = st.segmented_control(
                "Digit", _DIGITS, default=3, required=True, key="watch-digit", label_visibility="collapsed"
            )
        html = panel_html(folder, there, epoch, panel, digit, picture_theme(_PICTURE), done=done)
        if html is None:
            st.caption(f":material/broken_image: The snapshot of epoch {epoch:,} cannot be read; those of others may.")
        else:
            picture(html, key=_PICTURE)
        with above:
            timeline(
                epochs,
                total=max(run.recipe.epochs, epochs[-1]),
                live=run.state.is_active,
                best=run.result.best_epoch if run.result else None,
                done=done,
                newest=stamp_words(there),
                key=slider,
            )
