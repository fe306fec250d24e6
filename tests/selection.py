"""Which tests need what: marks that are set automatically, the quick part, and the order for parallel runs.

Imported by conftest.py, which makes the hooks known to pytest.
"""

import ast
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import hypothesis
import pytest

from tests.databases import runs_nowhere

GUARD = Path(__file__).parent / "without_tensorflow"
"""Modules named tensorflow and keras that refuse to be imported."""
APPS = {"browser", "lab", "start_app"}
"""Fixtures that start a browser or an app."""
ORDER = ("browser", "training", "slow")
"""Modules with such tests are handed out first, so that at the end no process waits long for another."""


# How long an example takes depends more on what else the machine does than on the code.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("lab", **PATIENT)
hypothesis.settings.register_profile("quick", max_examples=20, **PATIENT)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="only tests without browser and TensorFlow that take less than a second"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make sure that in the quick part neither this process nor one that a test starts loads TensorFlow."""
    hypothesis.settings.load_profile("quick" if config.getoption("quick") else "lab")
    if config.getoption("quick"):
        sys.path.insert(0, str(GUARD))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH")]))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out modules that cannot even be imported without TensorFlow."""
    if config.getoption("quick") and collection_path.suffix == ".py" and _module_needs_tensorflow(collection_path):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not runs_nowhere(item)]
    for item in items:
        _mark(item)
    if config.getoption("quick"):
        left_out = [item for item in items if not _is_quick(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_quick(item)]
    ranks: dict[Path, int] = {}
    for item in items:
        ranks[item.path] = min(_rank(item), ranks.get(item.path, len(ORDER)))
    items.sort(key=lambda item: ranks[item.path])


def _kind(item: pytest.Item) -> str | None:
    return next((name for name in ORDER if item.get_closest_marker(name)), None)


def _is_quick(item: pytest.Item) -> bool:
    return _kind(item) is None and not any(item.get_closest_marker(name) for name in ("postgres", "ray"))


def _rank(item: pytest.Item) -> int:
    """The longer a test takes, the lower."""
    return ORDER.index(kind) if (kind := _kind(item)) else len(ORDER)


def _mark(item: pytest.Item) -> None:
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & APPS:
        item.add_marker("browser")
    if "ray_cluster" in fixtures:
        item.add_marker("ray")
    if "postgres" in fixtures:
        item.add_marker("postgres")
    if fixtures & {"mnist_folder", "pen_strokes", "s3"}:
        item.add_marker("slow")
    if _module_needs_tensorflow(item.path) or any(map(_loads_tensorflow, _code_of(item))):
        item.add_marker("training")


def _code_of(item: pytest.Item) -> Iterator[CodeType]:
    """The code of a test and of all its fixtures."""
    if isinstance(item, pytest.Function):
        yield item.function.__code__
        for definitions in item._fixtureinfo.name2fixturedefs.values():
            yield from (definition.func.__code__ for definition in definitions if hasattr(definition.func, "__code__"))


@cache
def _loads_tensorflow(code: CodeType) -> bool:
    """Whether a function, or one inside it, imports TensorFlow, or has a module of ours that does patched by name."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and _loads_tensorflow(constant):
            return True
        if isinstance(constant, str) and constant.startswith("mnist_lab.") and _is_tensorflow(constant):
            return True
    return any(map(_is_tensorflow, code.co_names))


@cache
def _module_needs_tensorflow(path: Path) -> bool:
    """Whether a module imports TensorFlow as soon as it is imported itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import) and any(_is_tensorflow(alias.name) for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            if _is_tensorflow(node.module) or any(map(_is_tensorflow, names)):
                return True
    return False


def _is_tensorflow(module: str) -> bool:
    parts = module.split(".")
    ours = parts[0] == "mnist_lab" and ("engine" in parts or "model_formats" in parts)
    return parts[0] in {"tensorflow", "keras"} or ours
