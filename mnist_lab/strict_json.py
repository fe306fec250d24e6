"""A strict JSON parser for files of users: no duplicate keys, only finite numbers, no extremely long integers.

Python's own parser takes the last of two equal keys, accepts NaN and Infinity, and needs seconds for a million digits.
"""

import json
import reprlib
from collections import Counter
from typing import Any, NoReturn

MAX_INTEGER_DIGITS = 100
MAX_REPR_LENGTH = 60


class StrictJSONError(ValueError):
    """The text is not strict JSON; `str(error)` completes the message "The file is not JSON: …"."""


def parse_json(text: str | bytes) -> object:
    """Parse strict JSON; bytes are UTF-8, UTF-16 or UTF-32.

    Raises:
        StrictJSONError: The text is not strict JSON; the message says where or why.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        # The parser's message has no full stop and quotes nothing of the file.
        raise StrictJSONError(f"line {error.lineno:,}, column {error.colno:,}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"byte {error.start:,} is not {error.encoding.upper()} text") from error
    except RecursionError as error:
        raise StrictJSONError("it is nested too deeply") from error


def short_repr(value: object) -> str:
    """Write any parsed value in at most 60 printable ASCII characters, for the end of a message: "Received: …"."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother, short.maxlong = 2, 40, 40, 40
    short.maxlist = short.maxdict = short.maxtuple = 4
    # ASCII: not every terminal can show other characters, and a lone surrogate cannot be encoded at all.
    text = short.repr(value).encode("ascii", "backslashreplace").decode("ascii")
    return text if len(text) <= MAX_REPR_LENGTH else text[: MAX_REPR_LENGTH - 3] + "..."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        duplicate = next(key for key, count in counts.items() if count > 1)
        raise StrictJSONError(f"the key {short_repr(duplicate)} occurs twice in one object")
    return content


def _refuse_constant(text: str) -> NoReturn:
    raise StrictJSONError(f"it holds a number that is not finite: {short_repr(text)}")


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse_constant(text)
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise StrictJSONError(f"it holds a number of {len(text):,} digits")
    return int(text)
