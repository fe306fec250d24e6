"""What the command line writes: answers on standard output, everything else on standard error."""

import dataclasses
import io
import json
import math
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

PROGRAM = "mnist-lab"


def prepare_streams() -> None:
    """Let no character that the terminal cannot show end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def note(sentence: str) -> None:
    """Tell the user something that is not the answer, on one line of standard error."""
    print(f"{PROGRAM}: {one_line(sentence)}", file=sys.stderr, flush=True)


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
