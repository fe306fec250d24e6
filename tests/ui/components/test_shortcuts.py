"""Presses of shortcuts: each acts once, whatever the browser sends again."""

import pytest

from mnist_lab.ui.components.page.shortcuts import new_presses, read_presses

PRESSES = [("a", "z"), ("b", "shift+z"), ("c", "z")]


@pytest.mark.parametrize(
    ("last", "expected"), [("", PRESSES), ("a", PRESSES[1:]), ("c", []), ("of an earlier visit", PRESSES)]
)
def test_what_has_acted_does_not_act_again(last: str, expected: list[tuple[str, str]]) -> None:
    assert new_presses(PRESSES, last) == expected


@pytest.mark.parametrize("value", [None, 3, "z", {}, [], [3], ["az"], [["a"]], [["a", "z", "more"]]])
def test_what_no_browser_of_ours_sends_is_nothing(value: object) -> None:
    assert read_presses(value) == []


def test_presses_are_pairs_of_text() -> None:
    assert read_presses([["a", "z"], [3, None]]) == [("a", "z"), ("3", "None")]
