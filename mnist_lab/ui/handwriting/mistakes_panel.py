"""The confusion matrix of a network on the collection, and the drawings in the part of it that is chosen."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_lab.charts import Part
from mnist_lab.handwriting import CollectionIndex
from mnist_lab.handwriting.collection_score import collection_confusion, is_answered
from mnist_lab.insight import find_images
from mnist_lab.ui.handwriting.collection_panel import PER_PAGE, draw_grid
from mnist_lab.ui.panels.confusion_view import chosen_part, confusion_view

_MATRIX, _GRID, _PART = "handwriting-confusion", "handwriting-mistakes", "handwriting-part"


def mistakes_panel(index: CollectionIndex, probabilities: NDArray[np.float32]) -> None:
    """Draw both.

    Args:
        index: The collection, n drawings.
        probabilities: What the network answers, (n, 10); NaN where it has not.
    """
    answered = np.flatnonzero(is_answered(probabilities))
    if not len(answered):
        st.info("The network has not read the drawings yet.", icon=":material/hourglass_empty:")
        return
    part: Part = st.session_state.get(_PART, Part())
    confusion_view(collection_confusion(index, probabilities), part, _choose, key=_MATRIX)
    found = answered[find_images(probabilities[answered], index.labels[answered], *part)]
    if len(found):
        draw_grid(index, probabilities, found[:PER_PAGE], key=_GRID)
    else:
        st.success("Every drawing is read correctly.", icon=":material/check_circle:")


def _choose() -> None:
    if (part := chosen_part(_MATRIX)) is not None:
        st.session_state[_PART] = part
