"""Messages of the lab, as each viewer may read them: absolute paths are the owner's and the teacher's only."""

import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mnist_lab.errors import LabError
from mnist_lab.settings import load_settings
from mnist_lab.ui.session.viewer import viewer

# `/folder/folder/name` or `C:\folder\name`, but no part of a URL or of a fraction.
_PATH = re.compile(r"""(?<![\w.:/\\…])(?:~|[A-Za-z]:)?[\\/]+(?:[^\\/\s'",;:()<>]+[\\/]+)+([^\\/\s'",;:()<>]*)""")


def for_viewer(message: LabError | str, owner: str = "") -> str:
    """A message as this viewer may read it: without absolute paths unless it is a teacher or the owner.

    Args:
        message: An error, or text that may contain paths.
        owner: The owner of the run that it is about; "" if it is about none.
    """
    text = str(message)
    return text if viewer().may_change(owner) else without_paths(text, _folders())


def without_paths(text: str, folders: Iterable[Path] = ()) -> str:
    """The text with only the last part of each absolute path.

    Args:
        text: Any text.
        folders: Folders whose paths may contain spaces, by which a path in a text cannot be recognised.
    """
    for folder in sorted({str(folder) for folder in folders}, key=len, reverse=True):
        if len(folder) > 1:
            text = re.sub(re.escape(folder) + r"[\\/]*", "", text)
    return _PATH.sub(lambda found: found[1] or "…", text)


def _folders() -> list[Path]:
    machine = [Path.home(), Path.cwd(), Path(tempfile.gettempdir()), Path(sys.prefix)]
    try:
        settings = load_settings()
    except LabError:
        return machine
    data = [] if settings.data is None else [settings.data.parent if settings.data.suffix else settings.data]
    return [settings.home, *data, *machine]
