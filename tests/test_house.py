"""Promises about the house as a whole, read from its files and asked of its processes."""

import ast
import importlib.util
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from mnist_lab import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "pages").glob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names of all modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("page", [*PAGES, ROOT / "app.py"], ids=lambda path: path.name)
def test_no_page_imports_tensorflow(page: Path) -> None:
    assert not imported(page) & {"tensorflow", "keras"}


def test_there_are_pages() -> None:
    names = {"start", "compose", "train", "compare", "draw", "handwriting", "inspect", "glossary"}
    assert {page.stem for page in PAGES} == names


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_is_a_short_script(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.slow
def test_what_the_page_process_imports_loads_neither_tensorflow_nor_keras_nor_pandas() -> None:
    program = (
        "import sys, mnist_lab.ui.services.container, mnist_lab.ui.shell.asgi\n"
        "import mnist_lab.ui.components.plotly_chart, mnist_lab.ui.components.network_diagram\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_training_and_inference_load_tensorflow_only_in_their_engines() -> None:
    program = (
        "import importlib, pkgutil, sys, mnist_lab.inference, mnist_lab.training\n"
        "for package in (mnist_lab.inference, mnist_lab.training):\n"
        "    for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "        if not module.ispkg:\n"
        "            importlib.import_module(module.name)\n"
        "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_make_target_and_file_that_the_readme_names_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make (\w+) ", readme):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for link in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (ROOT / link).exists(), link


def test_every_setting_is_documented() -> None:
    from mnist_lab.settings import Settings

    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"MNIST_LAB_{name.upper()}" in text


def test_every_file_that_the_architecture_and_the_guide_for_contributors_name_exists() -> None:
    for document in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        named = {name for name in re.findall(r"`([\w/]+\.(?:py|js))`", text) if "NAME" not in name}
        assert len(named) > 10
        for name in named:
            places = (ROOT / name, ROOT / "mnist_lab" / name, ROOT / "mnist_lab/ui/components/assets" / name)
            assert any(place.exists() for place in places), f"{document}: {name}"


def python_files() -> list[Path]:
    """All modules of the package."""
    return sorted((ROOT / "mnist_lab").rglob("*.py"))


def test_no_file_name_means_two_things() -> None:
    names = Counter(path.name for path in python_files() if path.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_folder_is_crowded() -> None:
    folders = Counter(path.parent for path in python_files() if path.name != "__init__.py")
    assert [folder.name for folder, count in folders.items() if count > 20] == []


LOCKS = {"requirements.txt": 20, "requirements-dev.txt": 20, "requirements-postgres.txt": 2, "requirements-ray.txt": 20}
"""By lock: how many requirements it has at least."""


def requirements(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes in one line."""
    lines = lock.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_with_hashes_and_names_no_host(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    pins = requirements(lock)
    assert len(pins) >= LOCKS[name]
    pinned = re.compile(r"[\w.-]+==[\w.]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in pins if not pinned.fullmatch(line)] == []
    assert "://" not in lock


def test_a_requirement_without_a_hash_is_found() -> None:
    assert requirements("a==1 \\\n    --hash=sha256:0\n    # via b\nc==2\n") == ["a==1      --hash=sha256:0", "c==2"]


def test_the_set_up_installs_only_files_with_the_hashes_of_the_locks() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in LOCKS:
        (line,) = [line for line in makefile.splitlines() if "pip install" in line and line.endswith(f"-r {name}")]
        assert "--require-hashes" in line
    assert "--generate-hashes" in makefile


COMMANDS = {
    *("request", "set_learning_rate", "requeue", "move_to_front", "rename", "annotate", "delete", "restore"),
    *("continue_run", "create", "submit", "submit_sweep"),
}
"""What changes runs. Without an actor it is done in the name of the machine, which may do everything."""


@pytest.mark.parametrize(
    "path", [*PAGES, *sorted((ROOT / "mnist_lab" / "ui").rglob("*.py"))], ids=lambda path: path.name
)
def test_the_app_changes_runs_in_the_name_of_the_viewer_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if isinstance(node.func, ast.Name) and not name.startswith("submit"):
            continue
        receiver = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else "store"
        if name in COMMANDS and receiver.endswith("store"):
            assert {word.arg: ast.unparse(word.value) for word in node.keywords}.get("actor") == "viewer()", node.lineno


def test_the_app_shows_no_error_without_asking_who_reads_it() -> None:
    for path in (*PAGES, *(ROOT / "mnist_lab" / "ui").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "plain(str(error))" not in text, path
        assert "plain(run.message)" not in text, path


def test_every_command_of_the_docs_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))]
    benchmarks = re.findall(r"python -m benchmarks\.(\w+)", "".join(texts))
    assert benchmarks
    for name in benchmarks:
        assert (ROOT / "benchmarks" / f"{name}.py").exists(), name
    commands = re.findall(r"python -m mnist_lab (\w+)", "".join(texts))
    assert commands
    for name in sorted(set(commands)):
        assert cli.main([name, "--help"]) == 0, name


STREAMLIT_DOM = ROOT / "mnist_lab" / "ui" / "components" / "streamlit_dom.py"
PUBLIC_STREAMLIT = {"streamlit", "streamlit.testing.v1"}
SOURCES = sorted(
    path
    for folder in ("mnist_lab", "pages", "tests", "benchmarks", "docs")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js"}
)


def imported_from_streamlit(source: str) -> set[str]:
    """The modules of Streamlit that a source imports, or from which it imports a name, by their full names."""
    nodes = list(ast.walk(ast.parse(source)))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "streamlit":
                # `from streamlit import runtime` imports a module, `from streamlit import write` does not.
                names = [f"streamlit.{alias.name}" for alias in node.names]
                found |= {name for name in names if importlib.util.find_spec(name) is not None}
    return {name for name in found if name.split(".")[0] == "streamlit"}


@pytest.mark.parametrize(
    "source",
    [
        "import streamlit.runtime",
        "from streamlit import runtime",
        "def f():\n    from streamlit.proto.BackMsg_pb2 import BackMsg",
    ],
)
def test_a_private_import_of_streamlit_is_found(source: str) -> None:
    assert not imported_from_streamlit(source) <= PUBLIC_STREAMLIT


@pytest.mark.slow
def test_no_private_module_of_streamlit_is_imported() -> None:
    imports = {
        str(path.relative_to(ROOT)): imported_from_streamlit(path.read_text(encoding="utf-8"))
        for path in (ROOT / "app.py", *SOURCES)
        if path.suffix == ".py"
    }
    assert {path: private for path, names in imports.items() if (private := names - PUBLIC_STREAMLIT)} == {}


def test_only_one_module_names_elements_of_streamlits_page() -> None:
    names = re.compile(
        r"st-key|data-testid|data-stale|data-test-script|get_by_test_id|\bst(App|Main|Layout|Column|Top)"
    )
    others = [path for path in SOURCES if path not in {STREAMLIT_DOM, Path(__file__).resolve()}]
    found = {str(path.relative_to(ROOT)) for path in others if names.search(path.read_text(encoding="utf-8"))}
    assert found == set()
    assert names.search(STREAMLIT_DOM.read_text(encoding="utf-8"))
