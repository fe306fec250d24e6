"""Which test images Inspect shows. The choice is in the URL: its widgets are bound to query parameters."""

from typing import NamedTuple

import streamlit as st

from mnist_lab.charts import Part
from mnist_lab.ui.inspect.confusion_view import chosen_part
from mnist_lab.ui.session.query_params import IMAGE_PAGE, ORDER, READ_AS, TRUE

ANY = "any"
DIGITS = (ANY, *map(str, range(10)))
MOST_CERTAIN, LEAST_CERTAIN = "most certain first", "least certain first"
_JUST_CHOSEN, _OPENED = "inspect-just-chosen", "inspect-opened"


class ImageChoice(NamedTuple):
    """The images that are shown."""

    part: Part
    """Those of this part of the confusion matrix."""
    least_certain_first: bool


def current_choice() -> ImageChoice:
    """What the widgets are set to, or the URL, before they have been drawn."""
    part = Part(_digit(TRUE), _digit(READ_AS))
    return ImageChoice(part, _value(ORDER) == LEAST_CERTAIN)


def choose(part: Part) -> None:
    """Show the images of a part, from the first. Callbacks may call this, because the widgets are drawn after them."""
    st.session_state[TRUE], st.session_state[READ_AS] = (ANY if digit is None else str(digit) for digit in part)
    reorder()


def choose_clicked() -> None:
    """Show the images of the part that was clicked in the confusion matrix."""
    part = chosen_part()
    if part is not None:
        choose(part)
        st.session_state[_JUST_CHOSEN] = part


def just_chosen() -> Part | None:
    """The part that was clicked just before this run of the page, or that the URL named when the page was opened."""
    part = st.session_state.pop(_JUST_CHOSEN, None if _OPENED in st.session_state else current_choice().part)
    st.session_state[_OPENED] = True
    return part if part != Part() else None


def reorder() -> None:
    """Put the interesting images first: the most certain mistakes, or the least certain correct predictions."""
    part = current_choice().part
    right = part.true is not None and part.true == part.predicted
    st.session_state[ORDER] = LEAST_CERTAIN if right else MOST_CERTAIN
    first_page()


def first_page() -> None:
    """Begin again with the first images."""
    st.query_params.pop(IMAGE_PAGE, None)


def choice_widgets() -> None:
    """Draw the select boxes of true digit, predicted digit and order."""
    st.selectbox("True digit", DIGITS, key=TRUE, bind="query-params", on_change=reorder, width=110)
    st.selectbox("Read as", DIGITS, key=READ_AS, bind="query-params", on_change=reorder, width=110)
    orders = (MOST_CERTAIN, LEAST_CERTAIN)
    st.selectbox("Order", orders, key=ORDER, bind="query-params", on_change=first_page, width=200)


def page_widget(pages: int) -> int:
    """Draw the page numbers, if there is more than one page. Returns the page shown, from 1."""
    if pages == 1:
        return 1
    # Not bound to the query parameter: it begins with 1 for other images, and they have a key of their own.
    key = f"images-page-{pages}-{'-'.join(map(str, [*current_choice().part, _value(ORDER)]))}"

    def write_url() -> None:
        st.query_params[IMAGE_PAGE] = str(st.session_state[key])

    requested = st.query_params.get(IMAGE_PAGE, "")
    first = int(requested) if requested in map(str, range(1, pages + 1)) else 1
    return st.pagination(pages, default=first, key=key, on_change=write_url)


def _digit(name: str) -> int | None:
    value = _value(name)
    return int(value) if value in DIGITS[1:] else None


def _value(name: str) -> str:
    return str(st.session_state.get(name, st.query_params.get(name, "")))
