"""What the composed network costs: parameters, multiply-adds, memory, time, and the layers that they are spent on."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import cost_bars, cost_info
from mnist_lab.network import Analysis, matching_preset
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.compose.toolbar import why_no_cost
from mnist_lab.ui.services.training_time import epoch_time_text, memory_text


def cost_panel(analysis: Analysis) -> None:
    """Draw the cost of the analysed network, and what it teaches if it is a preset."""
    network = analysis.network
    with st.container(border=True, key="compose-cost"):
        st.subheader("Cost", anchor=False)
        if analysis.valid:
            first, second = st.columns(2, wrap=False)
            first.metric("Parameters", formatting.count(analysis.parameters))
            second.metric("Multiply-adds", formatting.short_count(analysis.multiply_adds))
            st.caption(plain(memory_text(analysis)))
            if time := epoch_time_text(network):
                st.caption(f":material/timer: {time}")
            st.caption("Each layer’s share of the multiply-adds:")
            plotly_chart(
                cost_bars(analysis),
                key="cost",
                alt="Share of the multiply-adds in each layer",
                height=40 + 26 * len(cost_info(analysis)),
            )
        else:
            st.markdown(plain(why_no_cost(analysis)))
        if preset := matching_preset(network):
            st.markdown(f":material/school: **{plain(preset.title)}.** {plain(preset.lesson)}")
