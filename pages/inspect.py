"""Inspect: how well one run's network reads, digit by digit, and the test images it gets wrong."""

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import confusion_figure, digit_png, errors_by_class_figure, worst_classes
from mnist_lab.errors import LabError
from mnist_lab.insight import accuracy_standard_error, most_confused, worst_mistakes
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.plotly_chart import plot
from mnist_lab.ui.components.theme import theme
from mnist_lab.ui.live.run_view import examine
from mnist_lab.ui.panels.doctor_panel import doctor_panel
from mnist_lab.ui.panels.run_picker import empty_state, pick_run, runs_with_result
from mnist_lab.ui.panels.snapshot_panel import watch_panel
from mnist_lab.ui.services.container import services

MISTAKES = 24

st.title("Inspect a network", anchor=False)

runs = runs_with_result()
if not runs:
    empty_state(
        "No trained network yet whose mistakes could be shown. Train one; the small ones take seconds.", key="inspect"
    )
    st.stop()

lab = services()
run = pick_run(runs, key="inspect-run")
result = run.result
assert result is not None, "runs_with_result() gives only runs with one"  # noqa: S101

tested = sum(map(sum, result.confusion))
wrong = tested - sum(result.confusion[digit][digit] for digit in range(10))
luck = accuracy_standard_error(result.test_accuracy, max(tested, 1)) * 100
with st.container(horizontal=True, gap="medium", key="inspect-figures"):
    accuracy = formatting.accuracy(result.test_accuracy).removesuffix(" %")
    st.metric(
        "Test accuracy",
        f"{accuracy} ± {luck:.2f} %",
        width="content",
        help="± one standard error: the luck of the test images, not that of the seed",
    )
    st.metric("Test loss", formatting.loss(result.test_loss), width="content")
    st.metric("Read wrong", f"{formatting.count(wrong)} of {formatting.count(tested)}", width="content")

left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Which digit is taken for which", anchor=False)
    confused = most_confused(result.confusion, 4)
    said = ", ".join(mistake.sentence for mistake in confused) or "no mistake"
    plot(confusion_figure(result.confusion), key="confusion", alt=f"Confusion matrix; most often {said}", height=440)
with right:
    st.subheader("How often each digit is read wrong", anchor=False)
    worst = ", ".join(map(str, worst_classes(result.per_class_accuracy)))
    plot(
        errors_by_class_figure(result.per_class_accuracy),
        key="by-class",
        alt=f"Share of each digit's test images that is read wrong; read worst: {worst or 'none was tested'}",
        height=260,
    )
    st.markdown("**Most confused**" if confused else "**Every test image is read right.**")
    for mistake in confused:
        st.markdown(plain(mistake.sentence))

st.subheader("What the curves say", anchor=False)
points = lab.tracks.of(run).points
doctor_panel(run, points, examine(run, points))

watch_panel(run)

st.subheader("The surest mistakes", anchor=False)
try:
    predictions = lab.store.folder(run.id).read_predictions()
    dataset = None if run.data is None else lab.datasets.find(run.data.fingerprint)
except LabError as error:
    st.warning(plain(str(error)), icon=":material/error:")
    st.stop()
if predictions is None:
    st.caption("This run kept no predictions.")
    st.stop()
if dataset is None:
    title = "an unknown data set" if run.data is None else f"the {plain(run.data.title)}"
    st.caption(f"This run was tested on {title}, which cannot be loaded now, so its images cannot be shown.")
    st.stop()
probabilities, labels = predictions
places = worst_mistakes(probabilities, labels, MISTAKES)
if not len(places):
    st.caption("There are none.")
else:
    st.caption("Test images that the network read wrong with most confidence.")
with st.container(horizontal=True, key="mistakes"):
    for place in places:
        chances, true = probabilities[place], int(labels[place])
        read = int(chances.argmax())
        chance = formatting.probability(float(chances[read])).replace(" ", "\u00a0")
        words = f"true {true}, read {read} ({chance})"
        st.image(digit_png(dataset.test_images[place], scale=4, theme=theme()), caption=words, width=104, alt=words)
