"""What the browser reports as the chosen part of the confusion matrix."""

import pytest

from mnist_lab.charts import Part
from mnist_lab.ui.panels import confusion_view


@pytest.mark.parametrize(
    ("reported", "part"),
    [
        ("7,3", Part(7, 3)),
        ("7,", Part(7, None)),
        (",", Part()),
        *(
            (wrong, None)
            for wrong in (None, 7, [7, 3], "7", "7,3,1", "a,b", "10,3", "-1,3", "٣,3", "7," + "3" * 10_000)
        ),
    ],
)
def test_only_a_part_of_the_matrix_is_accepted(monkeypatch, reported, part):
    monkeypatch.setattr(confusion_view.st, "session_state", {"confusion": {"chosen": reported}})
    assert confusion_view.chosen_part("confusion") == part


def test_nothing_is_chosen_before_the_first_click(monkeypatch):
    monkeypatch.setattr(confusion_view.st, "session_state", {})
    assert confusion_view.chosen_part("confusion") is None
