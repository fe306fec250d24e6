"""The grid of the collection with its filters."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_lab import formatting
from mnist_lab.charts import data_uri
from mnist_lab.charts.pixels import ink_column_png
from mnist_lab.handwriting import CollectionIndex
from mnist_lab.handwriting.collection_index import owner_name
from mnist_lab.handwriting.collection_score import is_answered
from mnist_lab.ui.components.drawing.drawing_grid import MAX_CELLS, Cell, drawing_grid, requested_action
from mnist_lab.ui.handwriting.changes import apply, change_notice, delete_all_of
from mnist_lab.ui.handwriting.drawing_choice import ANYBODY, choice_widgets, clear_choice
from mnist_lab.ui.handwriting.file_popovers import download_popover, upload_popover
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.viewer import viewer

PER_PAGE = 96
assert PER_PAGE <= MAX_CELLS, "a page can be picked as a whole"  # noqa: S101
_GRID = "handwriting-grid"


def collection_panel(index: CollectionIndex, probabilities: NDArray[np.float32]) -> None:
    """Draw the filters, the drawings that match them, and what can be done with them.

    Args:
        index: The collection, n drawings.
        probabilities: What the chosen network answers, (n, 10); NaN where it has not.
    """
    actor = viewer()
    with st.container(horizontal=True, vertical_alignment="bottom", key="handwriting-filters"):
        choice = choice_widgets(index, actor)
        found = choice.indices(index, probabilities)
        with st.container(horizontal=True, width="content"):
            download_popover(index.ids[found].tolist())
            upload_popover()
            if choice.owner != ANYBODY and actor.may_change(choice.owner):
                _delete_all_popover(index, choice.owner)
    change_notice()
    if not len(found):
        st.info("No drawing is of this kind.", icon=":material/filter_alt_off:")
        st.button("Show all drawings", on_click=clear_choice, key="handwriting-all")
        return
    pages = -(-len(found) // PER_PAGE)
    page = st.pagination(pages, key=f"handwriting-sheet-{pages}") if pages > 1 else 1
    draw_grid(index, probabilities, found[(page - 1) * PER_PAGE : page * PER_PAGE], key=_GRID)


def _delete_all_popover(index: CollectionIndex, owner: str) -> None:
    number = int((index.owners == owner).sum())
    name = owner_name(index, owner, viewer().browser_id)
    whose = "of yours" if name == "you" else f"of {name}"
    with st.popover(":red[Delete all]", icon=":material/delete:", disabled=not number, key="handwriting-delete-all"):
        st.markdown(f"Delete all {formatting.quantity(number, 'drawing')} {whose}?")
        st.button(":red[Delete them]", on_click=delete_all_of, args=(owner,), key="handwriting-delete-them")


def draw_grid(
    index: CollectionIndex, probabilities: NDArray[np.float32], shown: NDArray[np.int64], *, key: str
) -> None:
    """Draw some drawings of the collection, which can be picked and changed.

    Args:
        index: The collection, n drawings.
        probabilities: What the chosen network answers, (n, 10); NaN where it has not.
        shown: Indices of the drawings, at most `PER_PAGE`.
        key: Identifies the grid.
    """
    drawings = {each.id: each for each in services().handwriting.collection.drawings(index.ids[shown].tolist())}
    # Another browser may have deleted some since the index was read.
    present = [int(number) for number in shown if str(index.ids[number]) in drawings]
    if not present:
        return
    sprite = ink_column_png(np.stack([drawings[str(index.ids[number])].pixels for number in present]))
    drawing_grid(data_uri(sprite), _cells(index, probabilities, present), key=key, on_action=lambda: _act(key))


def _cells(index: CollectionIndex, probabilities: NDArray[np.float32], shown: Sequence[int]) -> list[Cell]:
    actor, cells = viewer(), []
    for number, is_read in zip(shown, is_answered(probabilities[shown]), strict=True):
        label, owner = int(index.labels[number]), str(index.owners[number])
        read = int(probabilities[number].argmax()) if is_read else -1
        name = f"{label}{f', read as {read}' if is_read else ''}, by {owner_name(index, owner, actor.browser_id)}"
        cells.append(Cell(str(index.ids[number]), label, read, name, actor.may_change(owner)))
    return cells


def _act(key: str) -> None:
    if action := requested_action(key):
        apply(action)
