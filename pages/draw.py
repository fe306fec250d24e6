"""Draw: a digit by hand, and what a network reads in it after each stroke."""

import numpy as np
import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import digit_png, probability_bars
from mnist_lab.drawing import is_dot, to_mnist
from mnist_lab.errors import LabError
from mnist_lab.insight import interpret_probabilities
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.plotly_chart import plot
from mnist_lab.ui.components.theme import theme
from mnist_lab.ui.draw.canvas import FRAME, pen_canvas
from mnist_lab.ui.panels.run_picker import empty_state, pick_run, runs_with_result
from mnist_lab.ui.services.container import services

STYLE = f"""<style>
{dom.DRAW_ANSWER} {{ min-width: min(340px, 100%); }}
{dom.DRAW_NETWORK} {{ min-width: min(220px, 100%); }}
{dom.DRAW_HEADLINE} {{ min-height: 2.25rem; justify-content: center; }}
</style>"""
"""What would have less room beside its neighbour comes below it. The headline keeps its height while it is empty."""

st.html(STYLE)
st.title("Draw a digit", anchor=False)

runs = runs_with_result()
# Where the columns stack: the canvas, the answer, and only then what explains it.
with st.container(horizontal=True, gap="medium", key="draw-page"):
    left = st.container(width=FRAME)
    right = st.container()
with right:
    answer = st.container(gap="small")
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="draw-below"):
        seen = st.container(border=True, width="content", key="draw-seen")
        choice = st.container()
with choice:
    run = pick_run(runs, key="draw-run") if runs else None
    st.caption(
        "The small picture is what the network sees: 28×28 pixels, cut out, scaled and centred as MNIST's digits were. "
        "It knows ten digits and nothing else, so it finds one of them in anything."
    )
if run is not None:
    services().predictor.warm(run.id)

with left:
    drawing = pen_canvas()
picture = None if drawing is None else to_mnist(drawing.pixels)

with seen:
    words = "Nothing drawn yet" if picture is None else "The drawing as 28×28 pixels"
    pixels = np.zeros((28, 28), np.float32) if picture is None else picture
    st.image(digit_png(pixels, scale=5, theme=theme()), alt=words, width=140)

with answer:
    if run is None:
        empty_state(
            "No trained network yet that could read a drawing. Train one; the small ones take seconds.", key="draw"
        )
        st.stop()
    with st.container(key="draw-headline"):
        headline = st.empty()
    probabilities, said = None, ""
    if drawing is not None and picture is not None:
        try:
            with headline, st.spinner("Waking the network…"):
                probabilities = services().predictor.predict(run.id, picture)
            reading = interpret_probabilities(probabilities)
            said = reading.text
            if is_dot(drawing.pixels, drawing.pen):
                said = f"Hardly more than a dot: {reading.digit} ({formatting.probability(reading.probability)})"
            headline.subheader(plain(said), anchor=False)
        except LabError as error:
            headline.error(plain(str(error)), icon=":material/error:")
    else:
        headline.caption("The reading comes here")
    bars = None if probabilities is None else [float(value) for value in probabilities]
    plot(probability_bars(bars), key="draw-bars", alt=f"Probabilities of the ten digits. {said or words}", height=300)
