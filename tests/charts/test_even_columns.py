"""The number of columns of a grid of cards, as a style sheet."""

import re

from mnist_lab.charts.even_columns import even_columns


def test_each_number_of_columns_begins_where_it_has_room_and_fills_the_last_row():
    css = even_columns(".cards", 10, 0.75)
    assert css.startswith(".cards{grid-template-columns:repeat(2,minmax(0,1fr))}@container")
    found = re.findall(r"@container \(min-width:([\d.]+)rem\)\{\.cards\{grid-template-columns:repeat\((\d+),", css)
    columns = {int(number): float(width) for width, number in found}
    assert columns == {3: 31.5, 4: 42.25, 6: 63.75, 12: 128.25}
    assert all(12 % number == 0 for number in columns)
