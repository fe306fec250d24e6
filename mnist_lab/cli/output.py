"""What the command line writes: answers on standard output, everything else on standard error."""

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
from typing import Any, TextIO

from pydantic import BaseModel

PROGRAM = "mnist-lab"


def prepare_streams() -> None:
    """Let no character that the terminal cannot show, and no stream that is closed, end the program."""
    _fill_descriptors()
    # Python has None for a stream that was closed when it started.
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _fill_descriptors() -> None:
    # Else the next file that is opened, the run store say, would be standard output for all that writes there.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def give_up_on(stream: TextIO) -> None:
    """Let what `stream` still holds, and whatever follows, go nowhere: it cannot be written, and must not at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def note(sentence: str) -> None:
    """Tell the user something that is not the answer, on one line of standard error."""
    try:
        print(f"{PROGRAM}: {one_line(sentence)}", file=sys.stderr, flush=True)
    except OSError:  # there is nobody to tell that nobody can be told
        give_up_on(sys.stderr)


class Notes(logging.Handler):
    """Tells the user what the lab's modules warn of, as any other note."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, without the traceback it may carry."""
        note(record.getMessage())


def one_line(text: str, longest: int = 600) -> str:
    """Fold whitespace, so that a message is one line whatever was in it; cut what is too long to read."""
    folded = " ".join(text.split())
    return folded if len(folded) <= longest else folded[: longest - 1] + "…"


def print_json(document: object) -> None:
    """Print one JSON document on one line."""
    print(json.dumps(to_plain(document), ensure_ascii=False, allow_nan=False))


def to_plain(value: object) -> Any:
    """Turn the lab's data into what JSON has; a number that is not finite becomes null, a time ISO 8601."""
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
    """Print rows in aligned columns; those whose index is in `right` are aligned to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
