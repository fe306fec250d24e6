"""Links from a field of a form to the glossary."""

from mnist_lab.glossary import TERMS


def field_help(line: str, *keys: str) -> str:
    """The Markdown of a field's help: one line about the field, and links to its terms in the glossary.

    Raises:
        KeyError: The glossary has no such term.
    """
    links = " and ".join(f"[{TERMS[key].title}](glossary#{key})" for key in keys)
    return f"{line} {links} in the glossary."
