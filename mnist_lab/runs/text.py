"""Notes, made safe to store and to show. Names are cleaned as those of networks are."""

import unicodedata

MAX_NOTE = 2000


def clean_note(text: str) -> str:
    """Drop control characters except tabs and line breaks, and cut to 2,000 characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return kept.strip()[:MAX_NOTE].strip()
