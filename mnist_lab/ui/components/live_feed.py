"""Keeps a page that shows a run up to date: the browser asks `/live` again and again, and changes the page in place."""

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.live.run_feed import feed_url
from mnist_lab.ui.live.run_view import Choices, Growth

_component = st.components.v2.component(
    "mnist_lab_live_feed",
    html='<div class="lab-feed" hidden></div>',
    js=script("live_feed", "ask"),
    isolate_styles=False,
)


def live_feed(run_id: str, choices: Choices, now: Growth) -> None:
    """Ask again and again from here on; draws nothing, and runs the fragment again when the outline has changed.

    Args:
        run_id: Of the run that the page shows.
        choices: How its curves are drawn.
        now: What the page shows of it.
    """
    data = (feed_url(run_id, choices), now.outline, now.every)
    _component(data=data, key="live-feed", height=1, on_changed_change=lambda: None)
