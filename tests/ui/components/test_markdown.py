"""Text from users and files as Markdown: nothing in it is markup, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.ui.components.markdown import plain


@pytest.mark.parametrize("mark", list("`*_[]()<>#$:|~!&"))
def test_every_mark_of_markdown_is_escaped(mark: str) -> None:
    assert plain(f"a{mark}b") == f"a\\{mark}b"


@pytest.mark.parametrize("address", ["http://a.b", "HTTPS://a.b", "www.a.b", "me@a.b"])
def test_an_invisible_character_keeps_an_address_from_becoming_a_link(address: str) -> None:
    shown = plain(address)
    assert "\u2060" in shown
    assert shown.replace("\\", "").replace("\u2060", "") == address


def test_a_byte_that_is_not_utf_8_can_be_sent_to_the_browser() -> None:
    assert plain("caf\udce9").encode("utf-8") == b"caf?"


@given(st.text())
def test_nothing_visible_is_lost(text: str) -> None:
    shown = plain(text.replace("\u2060", "").replace("\\", "/"))
    # A number and its unit have a space that is not broken.
    assert " ".join(shown.replace("\\", "").replace("\u2060", "").split()) == " ".join(
        text.replace("\u2060", "").replace("\\", "/").split()
    )
