"""The confusion matrix with its buttons: what they show, what they are called and what they choose."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from mnist_lab.charts import Part, confusion_html, error_levels, worst_digits
from mnist_lab.glossary import TERMS

MATRIX = np.diag([1000] * 10)
MATRIX[4, 9], MATRIX[7, 2] = 49, 1


class Buttons(HTMLParser):
    """Collects the attributes of the buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "button":
            self.found.append(dict(attrs))

    def named(self, name: str) -> dict[str, str | None]:
        (found,) = [button for button in self.found if button["aria-label"] == name]
        return found


EVERYTHING = Part()


def buttons(selected: Part = EVERYTHING, matrix: np.ndarray = MATRIX) -> Buttons:
    return Buttons(confusion_html(matrix, [(Part(4, 9), "4 read as 9: 49 times")], selected))


def test_each_cell_each_digit_and_each_frequent_mistake_is_a_button_with_a_name_of_its_own():
    found = buttons().found
    assert len(found) == 100 + 10 + 1
    assert len({button["aria-label"] for button in found}) == len(found)
    assert buttons().named("4 read as 9: 49 images")["data-part"] == "4,9"
    assert buttons().named("7 read as 2: 1 image")["title"] == "7 read as 2: 1 of 1,001 (0.10 %)"
    assert buttons().named("0 read correctly: 1,000 images")["data-part"] == "0,0"
    assert buttons().named("Digit 4: 4.7 % wrong, 49 of 1,049 images")["data-part"] == "4,"
    assert buttons().named("4 read as 9: 49 times")["data-part"] == "4,9"


def test_the_buttons_of_the_selected_part_are_pressed():
    pressed = [button["aria-label"] for button in buttons(Part(4, 9)).found if button.get("aria-pressed") == "true"]
    assert pressed == ["4 read as 9: 49 images", "4 read as 9: 49 times"]
    pressed = [button["data-part"] for button in buttons(Part(4)).found if button.get("aria-pressed") == "true"]
    assert pressed == ["4,"]
    assert "true" not in {button.get("aria-pressed") for button in buttons().found}


def test_a_button_without_images_cannot_be_used_but_the_arrow_keys_pass_over_it():
    empty = buttons().named("0 read as 1: none")
    assert empty["aria-disabled"] == "true"
    assert "disabled" not in empty
    assert "aria-disabled" in buttons().named("Digit 0: 0.0 % wrong, 0 of 1,000 images")


def test_mistakes_have_the_error_colours_and_correct_images_a_quiet_one():
    assert buttons().named("4 read as 9: 49 images")["class"] == "level-4"
    assert buttons().named("7 read as 2: 1 image")["class"] == "level-1"
    assert buttons().named("3 read correctly: 1,000 images")["class"] == "right"
    levels = error_levels(MATRIX)
    assert (levels[4, 9], levels[7, 2], levels[0, 1], levels[0, 0]) == (4, 1, 0, 0)


def test_few_mistakes_do_not_cry_out():
    matrix = np.diag([1000] * 10)
    matrix[4, 9] = 2
    assert error_levels(matrix).max() == 2
    assert error_levels(np.zeros((10, 10), int)).max() == 0


def test_the_worst_digits_are_all_that_show_the_highest_rate():
    matrix = np.diag([1000] * 10)
    matrix[[3, 5, 8], 0] = 20, 20, 3
    assert worst_digits(matrix) == [3, 5]
    assert worst_digits(np.diag([5] * 10)) == []
    assert worst_digits(np.zeros((10, 10), int)) == []
    looks = [button["class"] for button in buttons(matrix=matrix).found if (button["data-part"] or "").endswith(",")]
    assert [digit for digit, look in enumerate(looks) if look == "worst"] == [3, 5]


def test_a_digit_without_images_has_no_rate():
    matrix = np.zeros((10, 10), int)
    assert "Digit 0: – wrong, 0 of 0 images" in {button["aria-label"] for button in buttons(matrix=matrix).found}


def test_without_mistakes_nothing_is_confused():
    html = confusion_html(np.diag([5] * 10), [], Part())
    assert "Most confused" not in html
    assert re.findall(r"<h3>(.*?) <a", html) == ["Confusion matrix", "Error rate per digit"]


def test_the_headings_lead_to_terms_of_the_glossary():
    linked = re.findall(r'href="glossary#([\w-]+)"', confusion_html(MATRIX, [], Part()))
    assert len(linked) == 2
    assert set(linked) <= TERMS.keys()


def test_large_counts_fit_their_cells():
    html = confusion_html(np.full((10, 10), 123_456), [], Part())
    assert "<span>123 k</span></button>" in html
    assert "123456" not in html


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(10, 10\)"):
        confusion_html(np.zeros((9, 9), int), [], Part())
