"""Which test images Inspect shows. The URL holds the choice: the widgets follow it, and change it."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from mnist_lab.charts import Part
from mnist_lab.ui.panels.confusion_view import chosen_part
from mnist_lab.ui.session.query_params import IMAGE_ORDER, IMAGE_PAGE, READ_AS, TRUE

CONFUSION = "confusion"
"""Key of the confusion matrix."""
_ANY = "any"
_DIGITS = (_ANY, *map(str, range(10)))
_ORDERS = ("most", "least")
_PARAMETERS = (TRUE, READ_AS, IMAGE_ORDER, IMAGE_PAGE)
_TRUE_BOX, _READ_AS_BOX, _ORDER_BOX = "images-true", "images-read", "images-order"
_PAGER = "images-pager"
_JUST_CHOSEN, _OPENED = "images-just-chosen", "images-opened"


class ImageChoice(NamedTuple):
    """The images that are shown."""

    part: Part = Part()
    """Those of this part of the confusion matrix."""
    least_certain_first: bool = False
    page: int = 1

    def to_query(self) -> dict[str, str]:
        """The query parameters of a URL; parts with their default are left out."""
        true, read = ("" if digit is None else str(digit) for digit in self.part)
        usual = self.least_certain_first == least_certain_is_telling(self.part)
        order = "" if usual else "least" if self.least_certain_first else "most"
        page = "" if self.page == 1 else str(self.page)
        parameters = zip(_PARAMETERS, (true, read, order, page), strict=True)
        return {name: value for name, value in parameters if value}


def least_certain_is_telling(part: Part) -> bool:
    """Whether the least certain predictions tell most: of the correct ones. Of the mistakes, the most certain do."""
    return part.true is not None and part.true == part.predicted


def choice_from_query(parameters: Mapping[str, str]) -> ImageChoice:
    """Read the query parameters of a URL; the default instead of a value that does not exist."""
    part = Part(*(_digit(parameters.get(name, "")) for name in (TRUE, READ_AS)))
    order = parameters.get(IMAGE_ORDER)
    least = order == "least" if order in _ORDERS else least_certain_is_telling(part)
    page = parameters.get(IMAGE_PAGE, "")
    is_number = page.isascii() and page.isdecimal() and len(page) < 6
    return ImageChoice(part, least, max(1, int(page)) if is_number else 1)


def current_choice() -> ImageChoice:
    """The choice that the URL of this page holds."""
    return choice_from_query(st.query_params.to_dict())


def choose(part: Part) -> None:
    """Show the images of a part, the most telling first."""
    _show(ImageChoice(part, least_certain_is_telling(part)))


def choose_clicked() -> None:
    """Show the images of the part that was clicked in the confusion matrix."""
    part = chosen_part(CONFUSION)
    if part is not None:
        choose(part)
        st.session_state[_JUST_CHOSEN] = part


def just_chosen() -> Part | None:
    """The part that was clicked just before this run of the page, or that the URL named when the page was opened."""
    part = st.session_state.pop(_JUST_CHOSEN, None if _OPENED in st.session_state else current_choice().part)
    st.session_state[_OPENED] = True
    return part if part != Part() else None


def correct_url(pages: int) -> None:
    """Take out of the URL what does not exist: an unknown digit or order, and a page after the last of `pages`."""
    choice = current_choice()
    _show(choice._replace(page=min(choice.page, pages)))


def choice_widgets() -> None:
    """Draw the select boxes of true digit, predicted digit and order."""
    part, least_certain_first, _ = current_choice()
    true, read = (_ANY if digit is None else str(digit) for digit in part)
    st.session_state.update({_TRUE_BOX: true, _READ_AS_BOX: read})
    st.session_state[_ORDER_BOX] = "least" if least_certain_first else "most"
    st.selectbox("True digit", _DIGITS, key=_TRUE_BOX, on_change=_choose_selected, width=130)
    st.selectbox("Read as", _DIGITS, key=_READ_AS_BOX, on_change=_choose_selected, width=130)
    st.selectbox("Show first", _ORDERS, format_func=_order_text, key=_ORDER_BOX, on_change=_reorder, width=220)


def page_widget(pages: int) -> int:
    """Draw the page numbers, if there is more than one page. Returns the page shown, from 1.

    The URL must have one of these pages, see `correct_url`.
    """
    if pages == 1:
        return 1
    page = current_choice().page
    number = st.session_state.get(_PAGER, 0)
    # The value of this widget cannot be set: if the URL has another page, by the browser's Back, it becomes a new one.
    if st.session_state.get(f"{_PAGER}-{number}", page) != page:
        number += 1
        st.session_state[_PAGER] = number
    key = f"{_PAGER}-{number}"
    return st.pagination(pages, default=page, key=key, on_change=_turn_page, args=(key,))


def _choose_selected() -> None:
    choose(Part(*(_digit(st.session_state[box]) for box in (_TRUE_BOX, _READ_AS_BOX))))


def _reorder() -> None:
    _show(ImageChoice(current_choice().part, st.session_state[_ORDER_BOX] == "least"))


def _turn_page(key: str) -> None:
    _show(current_choice()._replace(page=st.session_state[key]))


def _show(choice: ImageChoice) -> None:
    present = st.query_params.to_dict()
    wanted = {name: value for name, value in present.items() if name not in _PARAMETERS} | choice.to_query()
    if wanted != present:
        # At once, so that the browser's Back leads to the choice before this one.
        st.query_params.from_dict(wanted)


def _order_text(order: str) -> str:
    return f"{order} certain"


def _digit(text: str) -> int | None:
    return int(text) if text in _DIGITS[1:] else None
