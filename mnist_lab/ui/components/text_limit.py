"""What a field says of a text that is too long.

Streamlit's own `max_chars` refuses a longer text as a whole: what was pasted is gone, and nothing says why.
"""

MAX_KEPT = 2_000
"""A text that a field keeps in the URL is cut here: a longer address could not be opened again."""


def limit_message(text: str, limit: int) -> str:
    """Says by how much the text is longer than `limit` characters; "" if it is not."""
    return f"At most {limit:,} characters; these are {len(text):,}." if len(text) > limit else ""
