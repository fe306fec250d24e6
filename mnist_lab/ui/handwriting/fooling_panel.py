"""Fool it: the score board of drawings that people read and the chosen network does not."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_lab import formatting
from mnist_lab.charts.fooling_html import FoolingDrawing, fooling_html
from mnist_lab.handwriting import CollectionIndex
from mnist_lab.handwriting.collection_index import owner_name
from mnist_lab.handwriting.collection_score import fooling, is_answered
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.themed_html import pixel_theme, themed_html
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer

PLACES = 12
MAX_OTHERS = 8
"""Other networks that are asked."""
_BOARD = "handwriting-board"


def fooling_panel(run: Run, runs: Sequence[Run], index: CollectionIndex, probabilities: NDArray[np.float32]) -> None:
    """Draw the score board of one network.

    Args:
        run: The network that is to be fooled.
        runs: All runs with a result.
        index: The collection, n drawings.
        probabilities: What the network answers, (n, 10); NaN where it has not.
    """
    st.markdown(
        "Draw a digit that people read and this network takes for another one. First is the drawing that it misreads"
        " with the highest probability."
    )
    if st.button("Draw a digit", icon=":material/draw:", key="handwriting-fool"):
        go("draw", {RUN: run.id})
    places = fooling(index, probabilities)
    if not len(places):
        st.markdown("Nobody has fooled this network yet.")
        return
    you = viewer().browser_id
    counts = Counter(owner_name(index, owner, you) for owner in index.owners[places].tolist())
    st.markdown(f"Most of them are by {', '.join(f'**{plain(name)}** ({n})' for name, n in counts.most_common(5))}.")
    others = [each for each in runs if each.id != run.id][:MAX_OTHERS]
    services().handwriting.want(others)
    board = _board(index, probabilities, places[:PLACES], [services().handwriting.answers(each) for each in others])
    themed_html(fooling_html(board, pixel_theme(_BOARD)), key=_BOARD)


def _board(
    index: CollectionIndex,
    probabilities: NDArray[np.float32],
    places: NDArray[np.int64],
    others: Sequence[NDArray[np.float32]],
) -> list[FoolingDrawing]:
    you = viewer().browser_id
    drawings = {each.id: each for each in services().handwriting.collection.drawings(index.ids[places].tolist())}
    return [
        FoolingDrawing(
            drawings[str(index.ids[place])].pixels,
            int(index.labels[place]),
            int(probabilities[place].argmax()),
            float(probabilities[place].max()),
            owner_name(index, str(index.owners[place]), you),
            _others_text(int(index.labels[place]), [each[place] for each in others if len(each) == len(index)]),
        )
        for place in places
        if str(index.ids[place]) in drawings
    ]


def _others_text(label: int, answers: Sequence[NDArray[np.float32]]) -> str:
    """How many of the other networks read the drawing as its label says; "" if none has read it."""
    known = [each for each in answers if is_answered(each[np.newaxis])[0]]
    right = sum(int(each.argmax()) == label for each in known)
    return f"{right} of {formatting.quantity(len(known), 'other')} right" if known else ""
