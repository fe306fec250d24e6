"""Words and figures as HTML."""

import pytest

from mnist_lab.charts import entry_html, figures_html, progress_html

HOSTILE = "<img src=x onerror=\"alert('1')\">"


@pytest.mark.parametrize(
    ("share", "width"), [(0.0, "0.00"), (0.375, "37.50"), (1.0, "100.00"), (1.7, "100.00"), (-1, "0.00")]
)
def test_the_bar_is_as_long_as_the_share(share: float, width: str) -> None:
    html = progress_html("Epoch 2 of 4", share)
    assert f'style="width:{width}%"' in html
    assert f'aria-valuenow="{float(width):.0f}"' in html
    assert "<p>Epoch 2 of 4</p>" in html


def test_figures_stand_under_their_names_and_empty_notes_are_left_out() -> None:
    html = figures_html([("Test accuracy", "99.27 %"), ("Test loss", "0.0465")], ["", "Of epoch 2."])
    assert html.index("Test accuracy") < html.index("99.27 %") < html.index("Test loss") < html.index("0.0465")
    assert html.count("<small>") == 1
    assert "<dl>" not in figures_html([], ["Of epoch 2."])


@pytest.mark.parametrize(
    "html",
    [
        progress_html(HOSTILE, 0.5),
        figures_html([(HOSTILE, HOSTILE)], [HOSTILE]),
        entry_html(HOSTILE, HOSTILE),
    ],
)
def test_words_stay_words(html: str) -> None:
    assert "<img" not in html
    assert '"alert' not in html
