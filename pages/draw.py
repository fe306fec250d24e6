"""Draw: a digit by hand, and what a network reads in it after each stroke."""

import numpy as np
import streamlit as st

from mnist_lab.charts import digit_png, probability_bars
from mnist_lab.drawing import to_mnist
from mnist_lab.errors import LabError
from mnist_lab.insight import read_probabilities
from mnist_lab.ui.canvas import pen_canvas
from mnist_lab.ui.plain import plain
from mnist_lab.ui.plot import plot
from mnist_lab.ui.run_picker import empty_state, pick_run, runs_with_result
from mnist_lab.ui.services import services
from mnist_lab.ui.theme import theme

st.title("Draw a digit", anchor=False)

runs = runs_with_result()
# On a phone the columns stack: the canvas, the answer, and only then what explains it.
left, right = st.columns([400, 700], gap="medium")
with right:
    answer = st.container(gap="small")
    seen, choice = st.columns([1, 3], gap="medium", vertical_alignment="center")
with choice:
    run = pick_run(runs, key="draw-run") if runs else None
    st.caption(
        "The small picture is what the network sees: 28×28 pixels, cut out, scaled and centred as MNIST's digits were. "
        "It knows ten digits and nothing else, so it finds one of them in anything."
    )
if run is not None:
    services().predictor.warm(run.id)

with left:
    drawn = pen_canvas()
picture = None if drawn is None else to_mnist(drawn)

with seen, st.container(border=True, width="content", key="draw-seen"):
    words = "Nothing drawn yet" if picture is None else "The drawing as 28×28 pixels"
    pixels = np.zeros((28, 28), np.float32) if picture is None else picture
    st.image(digit_png(pixels, scale=5, theme=theme()), alt=words, width=140)

with answer:
    if run is None:
        empty_state(
            "No trained network yet that could read a drawing. Train one; the small ones take seconds.", key="draw"
        )
        st.stop()
    headline = st.empty()
    probabilities, said = None, "Nothing drawn yet"
    if picture is not None:
        try:
            with headline, st.spinner("Waking the network…"):
                probabilities = services().predictor.predict(run.id, picture)
            said = read_probabilities(probabilities).sentence
        except LabError as error:
            said = ""
            headline.error(plain(str(error)), icon=":material/error:")
    if said:
        headline.subheader(plain(said), anchor=False)
    bars = None if probabilities is None else [float(value) for value in probabilities]
    plot(probability_bars(bars), key="draw-bars", alt=f"Probabilities of the ten digits. {said}", height=300)
