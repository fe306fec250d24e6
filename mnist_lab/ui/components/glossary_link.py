"""Links from a field of a form to the glossary."""

from mnist_lab.glossary import TERMS


def field_help(line: str, key: str) -> str:
    """The Markdown of a field's help: one line about the field, and a link to its term in the glossary.

    Raises:
        KeyError: The glossary has no such term.
    """
    return f"{line} [{TERMS[key].title}](glossary#{key}) in the glossary."
