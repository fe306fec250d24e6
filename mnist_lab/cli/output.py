"""Output of the command line: answers on standard output, everything else on standard error."""

import dataclasses
import io
import json
import logging
import math
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TextIO

from pydantic import BaseModel

from mnist_lab import formatting

PROGRAM = "mnist-lab"
MAX_NOTE = 600
"""Maximum characters of a note; longer ones are cut."""
MAX_LINE = 10_000
"""Maximum characters of a table's line if the output is not a terminal."""


def prepare_streams() -> None:
    """Prepare the standard streams, so that neither an unprintable character nor a closed stream ends the program."""
    _fill_descriptors()
    # Python sets a stream to None if it was closed when Python started.
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _fill_descriptors() -> None:
    # Otherwise the next opened file, such as the run store, would become standard output.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def discard_output(stream: TextIO) -> None:
    """Discard the buffered and all later output of `stream`, so that no error occurs when the program exits."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def note(message: str) -> None:
    """Print a message that is not the answer, on one line of standard error."""
    try:
        print(f"{PROGRAM}: {formatting.shortened(message, MAX_NOTE)}", file=sys.stderr, flush=True)
    except OSError:  # standard error cannot be written either
        discard_output(sys.stderr)


class NoteHandler(logging.Handler):
    """Prints the warnings of the lab's modules as notes."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record, without its traceback."""
        note(record.getMessage())


def print_json(document: object) -> None:
    """Print one JSON document on one line."""
    print(json.dumps(to_plain(document), ensure_ascii=False, allow_nan=False))


def to_plain(value: object) -> Any:
    """Convert the lab's data into JSON types; a number that is not finite becomes null, a time ISO 8601."""
    if isinstance(value, BaseModel):
        return to_plain(value.model_dump(mode="json"))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Print rows in aligned columns, folded if a terminal is too narrow.

    Args:
        headings: One for each column.
        rows: Cells of text, one for each column.
        right: The indices of the columns that are aligned to the right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    on_terminal = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD if on_terminal else None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for index, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if index in right else "left"
        table.add_column(Text(heading), justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    if on_terminal:
        Console(highlight=False).print(table)
        return
    console = Console(file=io.StringIO(), width=MAX_LINE, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        print(line.rstrip())
