"""Keeps a page that shows a run up to date: the browser asks `/live` repeatedly and changes the page in place."""

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.live.run_feed import feed_url
from mnist_lab.ui.live.run_view import RunView
from mnist_lab.ui.session.ui_state import ChartOptions

_component = st.components.v2.component(
    "mnist_lab_live_feed",
    html='<div class="lab-feed" hidden></div>',
    js=script("live_feed", "part", "ask"),
    isolate_styles=False,
)


def live_feed(run_id: str, options: ChartOptions, view: RunView) -> None:
    """Start the live feed. It draws nothing, and runs the fragment again when the layout key has changed.

    Args:
        run_id: The run that the page shows.
        options: How its curves are drawn.
        view: The view of the run that the page shows now.
    """
    data = (feed_url(run_id, options), view.layout_key, view.interval, view.version)
    _component(data=data, key="live-feed", height=1, on_changed_change=lambda: None)
