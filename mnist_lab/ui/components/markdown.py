"""Text from users and files, made safe for Streamlit's Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'@/])")
_LINKING = re.compile(r"(?<=http)|(?<=https)|(?<=www)|(?=@)", re.IGNORECASE)
_PER_CENT = re.compile(r"(?<=\d) (?=%)")
_WORD_JOINER, _NO_BREAK_SPACE = "\u2060", "\u00a0"


def plain(text: str) -> str:
    """The text as Markdown that shows exactly its characters: no markup, link, picture, colour, icon or formula.

    Streamlit's Markdown takes `$` as a formula and `:word:` as an icon besides the usual marks, and any mark after a
    backslash as itself (CommonMark 2.4). Addresses become links even so (GitHub's "autolink literals" are looked for
    in the finished text), unless something unseen stands in them. Line ends become spaces: every use is one line. A
    per cent sign stays on the line of its number.
    """
    return _SPECIAL.sub(r"\\\1", _LINKING.sub(_WORD_JOINER, unbroken(" ".join(text.split()))))


def unbroken(text: str) -> str:
    """The text with each per cent sign tied to its number."""
    return _PER_CENT.sub(_NO_BREAK_SPACE, text)
