"""Text from users and files, made safe for Streamlit's Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'@/])")


def plain(text: str) -> str:
    """The text as Markdown that shows exactly its characters: no markup, link, picture, colour, icon or formula.

    Streamlit's Markdown takes `$` as a formula and `:word:` as an icon besides the usual marks, and any mark after a
    backslash as itself (CommonMark 2.4). Line ends become spaces: every use is one line.
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
