"""The confusion matrix of a run and, below it, the test images of the part of it that the user has chosen."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_lab import formatting
from mnist_lab.charts import Part, image_cards_html
from mnist_lab.insight import count_images, find_images
from mnist_lab.runs import Result, Run
from mnist_lab.ui.components.page.scroll_to import scroll_to
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.components.themed_html import pixel_theme, themed_html
from mnist_lab.ui.inspect.image_choice import (
    CONFUSION,
    choice_widgets,
    choose,
    choose_clicked,
    correct_url,
    current_choice,
    just_chosen,
    page_widget,
)
from mnist_lab.ui.inspect.predicted_images import PredictedImages, predicted_images
from mnist_lab.ui.panels.confusion_view import confusion_view

PER_PAGE = 24
_HEAD, _CARDS = "images-head", "image-cards"


@st.fragment
def confusion_and_images(run: Run, result: Result) -> None:
    """Draw both. It is a fragment, so that a click does not run the whole page again."""
    _confusion_and_images(run, result)
    # At the end: it takes room while it is there.
    if chosen := just_chosen():
        scroll_to(by_key(_HEAD), key="images-scroll", block="start", focus="h3", version=f"{chosen}")


def _confusion_and_images(run: Run, result: Result) -> None:
    part, least_certain_first, _ = current_choice()
    confusion_view(result.confusion, part, choose_clicked, key=CONFUSION)
    found = predicted_images(run)
    if isinstance(found, str):
        correct_url(pages=1)
        _head(part, count_images(result.confusion, *part))
        st.info(found, icon=":material/hide_image:")
        return
    indices = find_images(found.probabilities, found.labels, *part, least_certain_first=least_certain_first)
    pages = max(1, -(-len(indices) // PER_PAGE))
    correct_url(pages)
    _head(part, len(indices))
    if len(indices):
        _cards(found, indices, pages)
    elif part == Part():
        text = "**Every test image is read correctly.** The diagonal shows which of them with the least certainty."
        st.success(text, icon=":material/check_circle:")
    else:
        st.markdown("No test image is of this kind.")


def _head(part: Part, number: int) -> None:
    """What is shown, and the widgets that change it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=_HEAD):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="stretch"):
            images = formatting.quantity(number, "image") if number else "none"
            st.subheader(f"{part_title(part)} · {images}", anchor=False, width="content")
            if part != Part():
                _show_all_button()
        with st.container(horizontal=True, width="content", key="images-choice"):
            choice_widgets()


def _show_all_button() -> None:
    label, icon = "Show all mistakes", ":material/close:"
    st.button(label, icon=icon, type="tertiary", on_click=choose, args=(Part(),), key="show-all-mistakes")


def part_title(part: Part) -> str:
    """What the images of a part are: "7 read as 3"."""
    true, predicted = part
    if true is None:
        return "All mistakes" if predicted is None else f"Other digits read as {predicted}"
    if predicted is None:
        return f"{true} read as another digit"
    return f"{true} read correctly" if true == predicted else f"{true} read as {predicted}"


def _cards(found: PredictedImages, indices: NDArray[np.int64], pages: int) -> None:
    start = (page_widget(pages) - 1) * PER_PAGE
    shown = [found.card(int(index)) for index in indices[start : start + PER_PAGE]]
    themed_html(image_cards_html(shown, pixel_theme(_CARDS)), key=_CARDS)
