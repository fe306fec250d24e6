"""The cards of the next training: its network and its data set."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import class_counts_figure, digit_sheet_png
from mnist_lab.data import Dataset, class_counts, random_images
from mnist_lab.network import Analysis
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.network_diagram import network_diagram
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.components.theme import theme
from mnist_lab.ui.panels.problem_list import problem_list
from mnist_lab.ui.session import network_draft


def network_card(analysis: Analysis) -> bool:
    """Draw the session's network, its problems, and a button; returns whether the user wants to change the network."""
    with st.container(border=True, key="train-network"):
        with st.container(horizontal=True, vertical_alignment="center", key="network-head"):
            # What stretches pushes the button to the right edge: the figures, or the name where there are none.
            st.subheader(plain(analysis.network.name), anchor=False, width="content" if analysis.valid else "stretch")
            if analysis.valid:
                multiply_adds = formatting.short_count(analysis.multiply_adds)
                figures = f"{formatting.count(analysis.parameters)} parameters · {multiply_adds} multiply-adds"
                st.caption(figures, width="stretch")
            to_compose = st.button("Change the network", icon=":material/layers:", key="to-compose", type="tertiary")
        clicked = network_diagram(analysis, key="train-strip")
        problem_list(analysis.errors, key="train")
        for problem in analysis.warnings:
            st.caption(f":material/warning: {plain(problem.message)}")
    wanted = to_compose or clicked is not None
    if wanted:
        network_draft.pick(clicked)
    return wanted


def dataset_card(dataset: Dataset) -> None:
    """Draw one image of each class, and the number of images of each class."""
    with st.container(border=True, key="train-digits"):
        with st.container(horizontal=True, vertical_alignment="center", key="digits-head"):
            st.subheader(plain(dataset.title), anchor=False, width="content")
            st.caption(f"{len(dataset.train_labels):,} training and {len(dataset.test_labels):,} test images")
        sheet_column, counts_column = st.columns(2, vertical_alignment="center")
        sheet = digit_sheet_png(random_images(dataset, 1, seed=1), columns=5, scale=2, theme=theme(), gap=2)
        sheet_column.image(sheet, alt=f"One digit of each class, from the {dataset.title}")
        counts = class_counts(dataset.train_labels)
        alt = "Training images of each digit: " + ", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts))
        with counts_column:
            plotly_chart(class_counts_figure(counts), key="class-counts", alt=alt, height=150)
