"""Inspect: the accuracy of one run's network, digit by digit, and the test images it misclassifies."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import confusion_figure, digit_png, errors_by_class_figure, worst_classes
from mnist_lab.errors import LabError
from mnist_lab.insight import accuracy_standard_error, most_confused, worst_mistakes
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.components.theme import theme
from mnist_lab.ui.live.run_view import examine
from mnist_lab.ui.panels.doctor_panel import doctor_panel
from mnist_lab.ui.panels.run_picker import empty_state, pick_signed_run, runs_with_result
from mnist_lab.ui.panels.snapshot_panel import snapshot_panel
from mnist_lab.ui.services.container import services

MAX_MISTAKES = 24

st.title("Inspect a network", anchor=False)

runs = runs_with_result()
if not runs:
    empty_state("There is no trained network yet. Train one: small ones take only seconds.", key="inspect")
    st.stop()

lab = services()
run = pick_signed_run(runs, key="inspect-run")
result = run.result
assert result is not None, "runs_with_result() returns only runs with a result"  # noqa: S101

tested = sum(map(sum, result.confusion))
wrong = tested - sum(result.confusion[digit][digit] for digit in range(10))
standard_error = accuracy_standard_error(result.test_accuracy, max(tested, 1)) * 100
with st.container(horizontal=True, gap="medium", key="inspect-figures"):
    accuracy = formatting.accuracy(result.test_accuracy).removesuffix(" %")
    st.metric(
        "Test accuracy",
        f"{accuracy} ± {standard_error:.2f} %",
        width="content",
        help="± one standard error, from the number of test images. It does not cover the variation between seeds.",
    )
    st.metric("Test loss", formatting.loss(result.test_loss), width="content")
    st.metric("Misclassified", f"{formatting.count(wrong)} of {formatting.count(tested)}", width="content")

left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Confusion matrix", anchor=False)
    confused = most_confused(result.confusion, 4)
    most_frequent = ", ".join(mistake.text for mistake in confused) or "none"
    plotly_chart(
        confusion_figure(result.confusion),
        key="confusion",
        alt=f"Confusion matrix; most frequent mistakes: {most_frequent}",
        height=440,
    )
with right:
    st.subheader("Error rate per digit", anchor=False)
    worst = ", ".join(map(str, worst_classes(result.per_class_accuracy)))
    plotly_chart(
        errors_by_class_figure(result.per_class_accuracy),
        key="by-class",
        alt=f"Error rate of each digit on the test images; highest: {worst or 'none was tested'}",
        height=260,
    )
    st.markdown("**Most confused**" if confused else "**Every test image is classified correctly.**")
    for mistake in confused:
        st.markdown(plain(mistake.text))

st.subheader("Diagnosis", anchor=False)
history = lab.history_cache.of(run)
doctor_panel(run, history, examine(run, history))

snapshot_panel(run)

st.subheader("Most confident mistakes", anchor=False)
try:
    predictions = lab.store.folder(run.id).read_predictions()
    dataset = None if run.data is None else lab.datasets.find(run.data.fingerprint)
except LabError as error:
    st.warning(plain(for_viewer(error)), icon=":material/error:")
    st.stop()
if predictions is None:
    st.caption("This run has no stored predictions.")
    st.stop()
if dataset is None:
    title = "unknown" if run.data is None else plain(run.data.title)
    st.caption(f"The test images of this run (data set: {title}) are not available here, so they cannot be shown.")
    st.stop()
probabilities, labels = predictions
if len(labels) != len(dataset.test_labels):
    st.warning("The stored predictions do not belong to this run's test images; train the run again to get them back.")
    st.stop()
indices = worst_mistakes(probabilities, labels, MAX_MISTAKES)
if not len(indices):
    st.caption("The network classified every test image correctly.")
else:
    st.caption("The misclassified test images for which the network gave its wrong prediction the highest probability.")
with st.container(horizontal=True, key="mistakes"):
    for index in indices:
        values, true = probabilities[index], int(labels[index])
        predicted = int(values.argmax())
        confidence = formatting.probability(float(values[predicted])).replace(" ", "\u00a0")
        caption = f"true {true}, predicted {predicted} ({confidence})"
        st.image(digit_png(dataset.test_images[index], scale=4, theme=theme()), caption=caption, width=104, alt=caption)
