"""Inspect: the digits that one run's network confuses, and the test images behind each number."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.insight import accuracy_standard_error, count_images
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.glossary_link import field_help
from mnist_lab.ui.inspect.image_panel import confusion_and_images
from mnist_lab.ui.live.run_view import examine
from mnist_lab.ui.panels.doctor_panel import doctor_panel
from mnist_lab.ui.panels.run_picker import empty_state, pick_signed_run
from mnist_lab.ui.panels.snapshot_panel import snapshot_panel
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.tested_runs import runs_with_result

STYLE = f"""<style>
{dom.INSPECT_HEAD} {dom.METRIC_VALUE} {{ font-size: 1.5rem; }}
@media (max-width: 640px) {{ {dom.INSPECT_HEAD} {dom.METRIC_VALUE} {{ font-size: 1.25rem; }} }}
</style>"""
"""The figures have room in one line, beside the picker or on a phone below it."""

st.html(STYLE)
with st.container(key="visible-title"):
    st.title("Inspect a network", anchor=False)

runs = runs_with_result()
if not runs:
    empty_state("There is no trained network yet. Train one: small ones take only seconds.", key="inspect")
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="inspect-head"):
    with st.container(width=480):
        run = pick_signed_run(runs, key="inspect-run")
    result = run.result
    assert result is not None, "runs_with_result() returns only runs with a result"  # noqa: S101
    tested, wrong = sum(map(sum, result.confusion)), count_images(result.confusion)
    standard_error = accuracy_standard_error(result.test_accuracy, max(tested, 1)) * 100
    accuracy = formatting.accuracy(result.test_accuracy).removesuffix(" %")
    with st.container(horizontal=True, width="content"):
        st.metric(
            "Test accuracy",
            f"{accuracy} ± {standard_error:.2f} %",
            width="content",
            help=field_help("± one standard error; other seeds vary more.", "standard-error"),
        )
        st.metric(
            "Test loss",
            formatting.loss(result.test_loss),
            width="content",
            help=field_help("The mean over the test images.", "loss"),
        )
        st.metric("Misclassified", f"{formatting.count(wrong)} of {formatting.count(tested)}", width="content")

confusion_and_images(run, result)

st.subheader("Diagnosis", anchor=False)
history = services().history_cache.of(run)
doctor_panel(run, history, examine(run, history))

snapshot_panel(run)
