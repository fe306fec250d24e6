"""Draw: draw a digit by hand and see a network's prediction after each stroke."""

import numpy as np
import streamlit as st

from mnist_lab.charts import digit_png, probability_bars
from mnist_lab.drawing import normalize_drawing
from mnist_lab.errors import LabError
from mnist_lab.insight import interpret_probabilities
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.components.theme import theme
from mnist_lab.ui.draw.canvas import FRAME, drawing_pad
from mnist_lab.ui.draw.picture_panel import picture_panel
from mnist_lab.ui.panels.run_picker import empty_state, pick_run, runs_with_result
from mnist_lab.ui.services.container import services

STYLE = f"""<style>
{dom.DRAW_ANSWER} {{ min-width: min(340px, 100%); }}
{dom.DRAW_NETWORK} {{ min-width: min(220px, 100%); }}
{dom.DRAW_HEADLINE} {{ min-height: 2.25rem; justify-content: center; }}
</style>"""
"""A container that would be narrower moves below its neighbour. The headline keeps its height while it is empty."""

st.html(STYLE)
st.title("Draw a digit", anchor=False)

runs = runs_with_result()
# On a narrow screen, the canvas comes first, then the prediction, then the explanation.
with st.container(horizontal=True, gap="medium", key="draw-page"):
    left = st.container(width=FRAME)
    right = st.container()
with right:
    answer = st.container(gap="small")
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="draw-below"):
        network_input = st.container(border=True, width="content", key="draw-seen")
        choice = st.container()
with choice:
    run = pick_run(runs, key="draw-run") if runs else None
    st.caption(
        "The small picture is the network's input: 28×28 pixels, cropped, scaled and centred like MNIST's digits. "
        "The network knows only the ten digits: a drawing unlike all of them is told as such, with the nearest digit."
    )
if run is not None:
    services().predictor.warm(run.id)

with left:
    canvas = drawing_pad()
drawing = None if canvas is None else normalize_drawing(canvas.pixels, pen_width=canvas.pen_width)

with network_input:
    alt = "Nothing drawn yet" if drawing is None else "The drawing as 28×28 pixels"
    pixels = np.zeros((28, 28), np.float32) if drawing is None else drawing.pixels
    st.image(digit_png(pixels, scale=5, theme=theme()), alt=alt, width=140)

with answer:
    if run is None:
        empty_state(
            "There is no trained network yet that can read a drawing. Train one: small ones take only seconds.",
            key="draw",
        )
        st.stop()
    with st.container(key="draw-headline"):
        headline = st.empty()
    probabilities, prediction = None, ""
    if drawing is not None:
        try:
            with headline, st.spinner("Loading the network…"):
                reading = services().predictor.read(run.id, drawing.pixels)
            probabilities, score = reading.probabilities, reading.digit_score
            prediction = interpret_probabilities(probabilities, is_dot=drawing.is_dot, digit_score=score).text
            headline.subheader(plain(prediction), anchor=False)
        except LabError as error:
            headline.error(plain(for_viewer(error)), icon=":material/error:")
    else:
        headline.markdown("**Draw a digit from 0 to 9.** The network reads it after each stroke.")
    bars = None if probabilities is None else [float(value) for value in probabilities]
    plotly_chart(
        probability_bars(bars), key="draw-bars", alt=f"Probabilities of the ten digits. {prediction or alt}", height=300
    )

picture_panel(run)
