"""Draw: draw a digit by hand and see how a network reads it while the pen is down."""

import streamlit as st

from mnist_lab.ui.components.drawing.digit_reading import digit_reading
from mnist_lab.ui.draw.canvas import drawing_pad
from mnist_lab.ui.draw.draw_style import STYLE
from mnist_lab.ui.draw.keep_drawing import keep_drawing
from mnist_lab.ui.draw.views import drawing_views, layer_strip
from mnist_lab.ui.panels.run_picker import empty_state, pick_run
from mnist_lab.ui.services.tested_runs import runs_with_result

st.html(STYLE)
with st.container(key="visible-title"):
    st.title("Draw a digit", anchor=False)

runs = runs_with_result()
strip = st.container(key="draw-strip")
# On a narrow screen, the canvas comes first, then the answer, then the rest.
with st.container(horizontal=True, gap="medium", key="draw-page"):
    with st.container(width="content"):
        drawing_pad()
    with st.container(gap="small"):
        answer = st.container()
        keep = st.container()
        choice = st.container()
if not runs:
    with answer:
        empty_state(
            "There is no trained network yet that can read a drawing. Train one: small ones take only seconds.",
            key="draw",
        )
    st.stop()
with keep:
    keep_drawing()
with choice:
    run = pick_run(runs, key="draw-run")
with strip:
    layer_strip(run)
with answer:
    digit_reading(run.id, prompt="Draw a digit from 0 to 9. The network reads it while you draw.", key="draw-reading")
drawing_views(run)
