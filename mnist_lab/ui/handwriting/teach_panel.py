"""Teach it: a short training of the chosen network on the drawings, and what has changed by it."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.handwriting import CollectionIndex
from mnist_lab.handwriting.collection_score import CollectionScore, score_collection
from mnist_lab.handwriting.extra_drawings import trained_on
from mnist_lab.handwriting.kept_drawing import is_held_back
from mnist_lab.handwriting.teach import IMAGES, is_taught, teach
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.live.run_labels import progress_text
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer

MAX_SHOWN = 3
"""Taught networks whose changes are shown."""
_ERROR = "handwriting-teach-error"


def teach_panel(run: Run, runs: Sequence[Run], index: CollectionIndex) -> None:
    """Draw the button that teaches a network, and what has become of those that were taught.

    Args:
        run: The chosen network.
        runs: All runs with a result.
        index: The collection.
    """
    held_back = sum(map(is_held_back, index.ids.tolist()))
    extra = len(index) - held_back
    rest = "1 drawing is" if held_back == 1 else f"{formatting.quantity(held_back, 'drawing')} are"
    st.markdown(
        f"The network trains for a moment more: on {formatting.quantity(extra, 'drawing')}, among {IMAGES:,} other"
        f" images so that it forgets little. The remaining {rest} held back:"
        " only they tell whether it has learned to read these hands. This makes a new run; the old one stays as it is."
    )
    st.button(
        f"Teach it {formatting.quantity(extra, 'drawing')}",
        type="primary",
        icon=":material/school:",
        disabled=not extra or bool(_under_way(run)),
        on_click=_teach,
        args=(run,),
        key="handwriting-teach",
    )
    if message := st.session_state.pop(_ERROR, None):
        st.error(plain(message), icon=":material/error:")
    for child in _under_way(run):
        _progress(child)
    by_id = {each.id: each for each in runs}
    for child in _taught(run, runs):
        if child.parent in by_id:
            _change(by_id[child.parent], child, index)


def is_teaching(run: Run, runs: Sequence[Run]) -> bool:
    """Whether the network is being taught, waits for it, or what has come of it is still being tested."""
    reading = services().handwriting.is_reading
    return bool(_under_way(run)) or any(reading(each.id) or reading(each.parent) for each in _taught(run, runs))


def _taught(run: Run, runs: Sequence[Run]) -> list[Run]:
    """The networks whose change is shown: this one if it was taught, or else those that came of it, newest first."""
    taught = [run] if is_taught(run) else [each for each in runs if each.parent == run.id and is_taught(each)]
    return sorted(taught, key=lambda each: -each.number)[:MAX_SHOWN]


def _under_way(run: Run) -> list[Run]:
    unfinished = services().store_cache.snapshot().unfinished
    return [each for each in unfinished if each.parent == run.id and is_taught(each)]


def _teach(run: Run) -> None:
    try:
        teach(services().store, run, viewer())
    except LabError as error:
        st.session_state[_ERROR] = for_viewer(error)


def _progress(child: Run) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"handwriting-child-{child.id}"):
        st.progress(child.progress, f"**{plain(child.name)}** · {plain(progress_text(child))}")
        if st.button("Watch it", icon=":material/play_circle:", key=f"handwriting-watch-{child.id}"):
            go("train", {RUN: child.id})


def _change(parent: Run, child: Run, index: CollectionIndex) -> None:
    """What a taught network reads better or worse than before."""
    services().handwriting.want([parent, child], urgent=True)
    before, after = (_held_back_score(run, child, index) for run in (parent, child))
    if parent.result is None or child.result is None or child.data is None:
        return
    with st.container(border=True, key=f"handwriting-change-{child.id}"):
        st.markdown(f"**{plain(child.name)}** learned {formatting.quantity(child.data.drawings, 'drawing')}.")
        with st.container(horizontal=True, gap="large"):
            if before is None or after is None:
                st.metric("Drawings held back", "reading …", width="content")
            else:
                more = f"{after.correct - before.correct:+,} from {before.correct:,}"
                is_same = after.correct == before.correct
                _metric("Drawings held back", f"{after.correct:,} of {after.drawings:,}", "" if is_same else more)
            old, new = parent.result.test_accuracy, child.result.test_accuracy
            points = 100 * (new - old)
            more = f"{points:+.2f} from {formatting.accuracy(old)}"
            _metric("Test images", formatting.accuracy(new), "" if abs(points) < 0.005 else more)


def _metric(label: str, value: str, change: str) -> None:
    """A figure, and by how much it has changed; "" if it has not."""
    st.metric(
        label,
        value,
        change or "as before",
        delta_color="normal" if change else "off",
        delta_arrow="auto" if change else "off",
        width="content",
    )


def _held_back_score(run: Run, child: Run, index: CollectionIndex) -> CollectionScore | None:
    """How a run reads the drawings that the taught one was not trained on; None while it has not read them all."""
    try:
        taught = trained_on(services().store.files.fetch(child.id))
    except LabError:
        return None
    score = score_collection(index, services().handwriting.answers(run), taught)
    return score if score.drawings and not services().handwriting.is_reading(run.id) else None
