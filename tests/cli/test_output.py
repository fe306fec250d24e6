import io
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from mnist_lab.cli.output import one_line, prepare_streams, print_json, print_table, to_plain
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunState


@dataclass
class Sample:
    when: datetime
    numbers: tuple[float, ...]


def test_everything_of_a_run_becomes_json(capsys):
    print_json(
        {"state": RunState.QUEUED, "sample": Sample(datetime(2026, 1, 2, tzinfo=UTC), (1.5, math.nan, math.inf))}
    )

    assert json.loads(capsys.readouterr().out) == {
        "state": "queued",
        "sample": {"when": "2026-01-02T00:00:00+00:00", "numbers": [1.5, None, None]},
    }


def test_models_are_written_field_by_field():
    assert to_plain([Recipe(seed=3)])[0]["seed"] == 3


def test_a_json_document_is_one_line(capsys):
    print_json({"name": "two\nlines 😀"})

    assert capsys.readouterr().out.count("\n") == 1


def test_a_table_is_aligned(capsys):
    print_table(("name", "n"), [("a", "5"), ("long name", "1,234")], right=(1,))

    assert capsys.readouterr().out.splitlines() == ["name           n", "a              5", "long name  1,234"]


def test_an_empty_table_has_its_headings(capsys):
    print_table(("name", "n"), [])

    assert capsys.readouterr().out == "name  n\n"


def test_messages_are_one_line_of_bounded_length():
    assert one_line("a\n b\t\tc") == "a b c"
    assert len(one_line("x" * 10_000)) == 600


def test_a_terminal_without_unicode_is_no_obstacle(monkeypatch):
    terminal = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(terminal, encoding="ascii"))

    prepare_streams()
    print("3×3 · 😀", flush=True)

    assert terminal.getvalue() == b"3?3 ? ?\n"


@pytest.mark.parametrize("value", [None, True, 7, "text"])
def test_plain_values_stay(value):
    assert to_plain(value) is value
