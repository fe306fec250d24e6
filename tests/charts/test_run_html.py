"""Words and figures as HTML."""

import pytest

from mnist_lab.charts import Figures, entry_html, figures_html, progress_html

HOSTILE = "<img src=x onerror=\"alert('1')\">"


@pytest.mark.parametrize(
    ("share", "width"), [(0.0, "0.00"), (0.375, "37.50"), (1.0, "100.00"), (1.7, "100.00"), (-1, "0.00")]
)
def test_the_bar_is_as_long_as_the_share(share: float, width: str) -> None:
    html = progress_html("Epoch 2 of 4", share)
    assert f'style="width:{width}%"' in html
    assert f'aria-valuenow="{float(width):.0f}"' in html
    assert "<p>Epoch 2 of 4</p>" in html


def test_figures_stand_in_a_table_and_empty_notes_are_left_out() -> None:
    columns = [Figures("Training", "99.27 %", "0.0465"), Figures("Test", "–", "–")]
    html = figures_html(columns, ["", "Of epoch 2."])
    assert '<th scope="col">Training</th><th scope="col">Test</th>' in html
    assert '<th scope="row">Accuracy</th><td>99.27 %</td><td>–</td>' in html
    assert '<th scope="row">Loss</th><td>0.0465</td><td>–</td>' in html
    assert html.count("<small>") == 1


@pytest.mark.parametrize(
    "html",
    [
        progress_html(HOSTILE, 0.5),
        figures_html([Figures(HOSTILE, HOSTILE, HOSTILE)], [HOSTILE]),
        entry_html(HOSTILE, HOSTILE),
    ],
)
def test_words_stay_words(html: str) -> None:
    assert "<img" not in html
    assert '"alert' not in html
