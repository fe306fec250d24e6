import io
import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from mnist_lab.cli.output import note, prepare_streams, print_json, print_table, to_plain
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


def test_a_note_is_one_line_of_bounded_length(capsys):
    note("a\n b\t\tc")
    note("x" * 10_000)

    first, second = capsys.readouterr().err.splitlines()
    assert first == "mnist-lab: a b c"
    assert len(second) == len("mnist-lab: ") + 600


def test_a_table_on_a_narrow_terminal_is_folded_and_loses_nothing(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    words = [f"word{number}" for number in range(30)]

    print_table(("name", "lesson"), [("[bold]a", " ".join(words))])

    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
    assert max(map(len, lines)) <= 40
    assert all(word in terminal.getvalue() for word in ["[bold]a", *words])


def test_a_table_elsewhere_is_never_folded(capsys):
    print_table(("name", "lesson"), [("a", "word " * 200 + "end")])

    assert capsys.readouterr().out.splitlines()[1].endswith("end")


def test_a_terminal_without_unicode_is_no_obstacle(monkeypatch):
    terminal = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(terminal, encoding="ascii"))

    prepare_streams()
    print("3×3 · 😀", flush=True)

    assert terminal.getvalue() == b"3?3 ? ?\n"


@pytest.mark.parametrize("value", [None, True, 7, "text"])
def test_plain_values_stay(value):
    assert to_plain(value) is value
