"""Files whose paths the user gives: reading with a size limit, and checks before writing."""

import os
from pathlib import Path

from mnist_lab.errors import RefusedError
from mnist_lab.formatting import shortened


def read_bytes(path: Path, what: str, limit: int) -> bytes:
    """Read a whole file of at most `limit` bytes.

    Raises:
        RefusedError: It cannot be read, or is larger; `what` names its purpose in the message.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise RefusedError(f"The {what} {printable(str(path))!r} cannot be read: {reason(error)}.") from error
    if len(content) > limit:
        raise RefusedError(f"A {what} has at most {limit:,} bytes; {printable(str(path))!r} has more.")
    return content


def printable(name: str) -> str:
    """A file's name on one line of text: a byte that is not UTF-8 and a control character as a backslash and digits."""
    text = os.fsencode(name).decode("utf-8", errors="backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def reason(error: OSError | ValueError) -> str:
    """The system's message for an error with a file, without a full stop."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def ensure_free(path: Path, force: bool) -> None:
    """Check that `path` can be written without overwriting anything, unless the user has allowed it.

    Raises:
        RefusedError: It is a folder, or a file and `force` is not set, or its folder does not exist, or the name is
            not possible.
    """
    try:
        # `exists` returns False for a name that holds a NUL.
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise RefusedError(f"{shortened(str(path), 60)!r} cannot be written: {reason(error)}.") from error
    if not path.parent.is_dir():
        raise RefusedError(f"The folder {str(path.parent)!r} does not exist; create it first.")
    if path.is_dir():
        # A folder is never removed, even with --force, since it may contain other files.
        raise RefusedError(f"{str(path)!r} is a folder that exists; choose another name with -o.")
    if path.exists() and not force:
        raise RefusedError(f"{str(path)!r} exists; choose another name with -o, or add --force to overwrite it.")
