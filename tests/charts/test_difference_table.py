"""The table of what differs between runs."""

import pytest

from mnist_lab.charts.difference_table import MAX_COLUMNS, ComparedRun, difference_table_html

ROWS = [("Dropout", ["0.5", "no", "<b>", "1\n2"]), ("Seed", ["1", "2", "3", "4"])]


def table(count: int) -> str:
    runs = [ComparedRun(f"id{index}", f"<i>Run {index}", index) for index in range(count)]
    return difference_table_html(runs, [(field, values[:count]) for field, values in ROWS])


def test_a_few_runs_are_columns_and_many_are_rows() -> None:
    assert '<th scope="col" class="run" data-run="id0">' in table(MAX_COLUMNS)
    assert '<th scope="row" class="field">Dropout</th><td class="number">0.5</td><td>no</td>' in table(2)
    assert '<tr data-run="id3"><th scope="row" class="run">' in table(MAX_COLUMNS + 1)
    assert '<td>1<br>2</td><td class="number">4</td></tr>' in table(4)


def test_many_layers_of_many_runs_are_behind_their_number() -> None:
    runs = [ComparedRun(f"id{index}", "Run", index) for index in range(4)]
    html = difference_table_html(runs, [("Layers not shared", ["1 a\n2 b\n3 c\n4 <d>", "none", "none", "none"])])
    assert "<td><details><summary>4 layers</summary>1 a<br>2 b<br>3 c<br>4 &lt;d&gt;</details></td>" in html


def test_the_same_layers_of_many_runs_are_listed_once() -> None:
    runs = [ComparedRun(f"id{index}", f"<{index}>", index) for index in range(4)]
    html = difference_table_html(runs, [("Layers not shared", ["none", "1 a\n2 b", "1 a\n2 b", "none"])])
    assert html.count("1 a<br>2 b") == 1
    assert "<td>as <bdi>&lt;1&gt;</bdi></td>" in html
    assert html.count("<td>none</td>") == 2


@pytest.mark.parametrize("count", [MAX_COLUMNS, MAX_COLUMNS + 1])
def test_text_of_users_is_escaped(count: int) -> None:
    assert "<td>&lt;b&gt;</td>" in table(count)
    assert "&lt;i&gt;Run 0" in table(count)
    assert "<i>" not in table(count)
