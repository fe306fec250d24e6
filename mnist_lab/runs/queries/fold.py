"""Text as a search compares it, so that "STRASSE" finds "Straße": what `str.casefold` makes of it, by the database."""

import functools
import sys

from sqlalchemy import ColumnElement, collate, func

_UNICODE = "und-x-icu"
"""A collation that every PostgreSQL with ICU has: by that of the database, lower() may know English letters only."""
_LONGER = ("ß", "ﬀ", "ﬁ", "ﬂ", "ﬃ", "ﬄ", "ﬅ", "ﬆ")
"""Letters that become several; the rest of their kind is ancient Greek and Armenian, and stays as it is."""


def folded(text: ColumnElement[str], *, is_sqlite: bool) -> ColumnElement[str]:
    """The text for comparison with one of which Python has made `casefold()`."""
    if is_sqlite:
        # Registered in backends/sqlite.py: SQLite's own lower() knows English letters only.
        return func.casefold(text)
    lower = func.translate(func.lower(collate(text, _UNICODE)), *_single_letters())
    for letter in _LONGER:
        lower = func.replace(lower, letter, letter.casefold())
    return lower


@functools.cache
def _single_letters() -> tuple[str, str]:
    """Letters that `lower` leaves as they are and `casefold` does not, such as ς and µ, and what becomes of them."""
    letters = [
        letter
        for letter in map(chr, range(sys.maxunicode + 1))
        if letter.lower() == letter != letter.casefold() and len(letter.casefold()) == 1
    ]
    return "".join(letters), "".join(letters).casefold()
