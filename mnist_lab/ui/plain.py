"""Text from users and files, made safe for Streamlit's Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'@/])")
_LINKING = re.compile(r"(?<=http)|(?<=https)|(?<=www)|(?=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text as Markdown that shows exactly its characters: no markup, link, picture, colour, icon or formula.

    Streamlit's Markdown takes `$` as a formula and `:word:` as an icon besides the usual marks, and any mark after a
    backslash as itself (CommonMark 2.4). Addresses become links even so (GitHub's "autolink literals" are looked for
    in the finished text), unless something unseen stands in them. Line ends become spaces: every use is one line.
    """
    return _SPECIAL.sub(r"\\\1", _LINKING.sub(_WORD_JOINER, " ".join(text.split())))
