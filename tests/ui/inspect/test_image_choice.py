"""The images that the URL of Inspect names."""

import pytest

from mnist_lab.charts import Part
from mnist_lab.ui.inspect.image_choice import ImageChoice, choice_from_query

CHOICES = {
    (): ImageChoice(),
    (("true", "7"), ("read", "3")): ImageChoice(Part(7, 3)),
    (("true", "0"),): ImageChoice(Part(0)),
    (("read", "0"), ("sheet", "12")): ImageChoice(Part(None, 0), page=12),
    (("true", "7"), ("read", "7")): ImageChoice(Part(7, 7), least_certain_first=True),
    (("true", "7"), ("read", "7"), ("order", "most")): ImageChoice(Part(7, 7)),
    (("order", "least"),): ImageChoice(least_certain_first=True),
}


@pytest.mark.parametrize(("query", "choice"), CHOICES.items())
def test_a_choice_is_read_as_it_was_written(query, choice):
    assert choice_from_query(dict(query)) == choice
    assert choice.to_query() == dict(query)


@pytest.mark.parametrize("name", ["true", "read", "order", "sheet"])
@pytest.mark.parametrize("value", ["", "x", "-1", "10" * 500, "²", "٣", "any", "1.0"])
def test_a_value_that_does_not_exist_is_ignored(name, value):
    assert choice_from_query({name: value}) == ImageChoice()
