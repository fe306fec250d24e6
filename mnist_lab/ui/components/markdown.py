"""Text from users and files, made safe for Streamlit's Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'@/])")
_LINKING = re.compile(r"(?<=http)|(?<=https)|(?<=www)|(?=@)", re.IGNORECASE)
_PER_CENT = re.compile(r"(?<=\d) (?=%)")
_WORD_JOINER, _NO_BREAK_SPACE = "\u2060", "\u00a0"


def plain(text: str) -> str:
    """The text as Markdown that shows exactly its characters: no markup, link, image, colour, icon or formula.

    Besides the usual markup, Streamlit's Markdown reads `$` as a formula and `:word:` as an icon. A backslash before
    such a character makes it plain text (CommonMark 2.4). Addresses would still become links, because GitHub's
    "autolink literals" are found after that, so an invisible character is inserted into them. Line ends become
    spaces, as every use is one line. A per cent sign stays on the line of its number. A byte of a file's name that is
    not UTF-8 becomes a question mark, as Streamlit cannot send it.
    """
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    return _SPECIAL.sub(r"\\\1", _LINKING.sub(_WORD_JOINER, unbroken(" ".join(text.split()))))


def unbroken(text: str) -> str:
    """The text with a no-break space between each number and its per cent sign."""
    return _PER_CENT.sub(_NO_BREAK_SPACE, text)
