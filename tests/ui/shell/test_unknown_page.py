"""An address without a page: which part of it is the name that nothing has."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.ui.shell.unknown_page import unknown_name

KNOWN = ["", "train", "compose"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (None, ""),
        ("http://lab.example", ""),
        ("http://lab.example/?n=2.abc", ""),
        ("http://lab.example/train?run=nosuchpage", ""),
        ("http://lab.example/nosuchpage", "nosuchpage"),
        ("http://lab.example/lab/no%20such%20page?n=1", "no such page"),
    ],
)
def test_only_a_name_that_no_page_has_is_unknown(url: str | None, name: str) -> None:
    assert unknown_name(url, KNOWN) == name


def test_it_is_said_once() -> None:
    def script() -> None:
        from mnist_lab.ui.shell.unknown_page import say_unknown_page

        say_unknown_page()

    page = AppTest.from_function(script)
    page.session_state["unknown-page"] = "nosuchpage"
    (toast,) = page.run().toast
    assert toast.value.replace("\\", "") == "There is no page “nosuchpage”. This is Start."
    assert not page.run().toast
