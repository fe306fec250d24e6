"""What benchmarks came to, kept in `benchmarks/recorded/` as one JSON object a file."""

import json
from pathlib import Path
from typing import Any

from mnist_lab.files import atomic_write

FOLDER = Path(__file__).parent / "recorded"


def read(name: str) -> dict[str, Any]:
    """What `name.json` holds; nothing if it is not there."""
    path = FOLDER / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def put(name: str, key: str, value: object) -> None:
    """Write `value` under `key` into `name.json`, in place of what it had there; the file is whole at every moment."""
    content = {**read(name), key: value}
    with atomic_write(FOLDER / f"{name}.json") as temporary:
        temporary.write_text(json.dumps(dict(sorted(content.items())), indent=1) + "\n", encoding="utf-8")
