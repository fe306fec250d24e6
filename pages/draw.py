"""Draw: a digit by hand, and what a network reads in it after each stroke."""

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
if not runs:
    empty_state("No trained network yet that could read a drawing. Train one; the small ones take seconds.", key="draw")
    st.stop()

left, middle, right = st.columns([362, 190, 520], gap="medium")
with right:
    answer = st.container()
    run = pick_run(runs, key="draw-run")
services().predictor.warm(run.id)

with left:
    drawn = pen_canvas()
picture = None if drawn is None else to_mnist(drawn)

with middle:
    st.markdown("**What the network sees**")
    if picture is not None:
        with st.container(border=True, width="content", key="draw-seen"):
            st.image(digit_png(picture, scale=5, theme=theme()), alt="The drawing as 28×28 pixels", width=140)
    st.caption("28×28 pixels, cut out, scaled and centred as MNIST's digits were.")

with answer:
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
