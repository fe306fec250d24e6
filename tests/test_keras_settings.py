"""Whatever a user has set for Keras, the lab computes the same: in its processes and in exported code."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mnist_lab.keras_settings import apply_settings, own_settings
from mnist_lab.network import PRESETS, keras_source
from mnist_lab.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

FOREIGN: dict[str, tuple[dict[str, object] | str, dict[str, str]]] = {
    "channels first": ({"image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.1}, {}),
    "another backend": ({"backend": "jax", "floatx": "float64"}, {}),
    "the variable": ({}, {"KERAS_BACKEND": "jax", "KERAS_MAX_EPOCHS": "rubbish"}),
    "rubbish": ({"image_data_format": "sideways", "epsilon": "small"}, {}),
}
"""By name: `keras.json`, and environment variables."""

ASKS = """
import keras
print("SEEN", keras.backend.backend(), keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format(),
      keras.config.dtype_policy().name)
"""
EXPECTED = "SEEN tensorflow float32 1e-07 channels_last float32"

ENGINES = {
    "training": "from mnist_lab.training.engine.model import build",
    "inference": "from mnist_lab.inference.engine.model_cache import load_model",
    "export": "from mnist_lab.export.model_formats import export_litert",
}


def environment(folder: Path, foreign: str) -> dict[str, str]:
    """The environment of a user with these settings of Keras."""
    content, variables = FOREIGN[foreign]
    (folder / ".keras").mkdir()
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / ".keras" / "keras.json").write_text(text, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KERAS_")}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    return {**inherited, **quiet, "HOME": str(folder), "USERPROFILE": str(folder), **variables}


def output(program: list[str], folder: Path, variables: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, *program], cwd=folder, capture_output=True, text=True, timeout=300, check=False, env=variables
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.training
@pytest.mark.parametrize(
    ("engine", "foreign"),
    [
        ("training", "channels first"),
        ("training", "rubbish"),
        ("inference", "another backend"),
        ("export", "the variable"),
    ],
)
def test_every_engine_has_the_labs_settings(tmp_path: Path, engine: str, foreign: str) -> None:
    before = environment(tmp_path, foreign)
    program = ENGINES[engine] + ASKS + "import os; print(os.environ.get('KERAS_BACKEND'))"
    found = output(["-c", program], tmp_path, before)
    assert EXPECTED in found
    assert found.split()[-1] == str(before.get("KERAS_BACKEND")), "the environment is left as it was"
    assert [path.name for path in (tmp_path / ".keras").iterdir()] == ["keras.json"]


@pytest.mark.training
def test_exported_code_has_them_too(tmp_path: Path) -> None:
    variables = {**environment(tmp_path, "channels first"), "KERAS_BACKEND": "jax"}
    (tmp_path / "exported.py").write_text(keras_source(PRESETS["tiny"].network) + ASKS, encoding="utf-8")
    assert EXPECTED in output(["exported.py"], tmp_path, variables)


@pytest.mark.training
def test_a_run_is_trained_evaluated_and_predicted_beside_foreign_settings(
    settings: Settings, tmp_path: Path, data_settings: dict[str, str]
) -> None:
    from PIL import Image

    variables = {**environment(tmp_path, "channels first"), **data_settings, "KERAS_BACKEND": "jax"}
    Image.new("L", (40, 40), 255).save(tmp_path / "blank.png")
    image = Image.new("L", (40, 40), 255)
    image.paste(0, (18, 5, 22, 35))
    image.save(tmp_path / "one.png")

    def lab(*arguments: str) -> str:
        return output(["-m", "mnist_lab", *arguments], tmp_path, variables)

    trained = json.loads(lab("train", "--preset", "tiny", "--epochs", "5", "--limit", "600", "--json"))
    run = trained["run"]
    assert trained["test_accuracy"] > 0.2
    assert "Equal to the recorded result" in lab("evaluate", run)
    predictions = json.loads(lab("predict", run, "one.png", "blank.png", "--json"))["predictions"]
    assert [prediction["digit"] is None for prediction in predictions] == [False, True]
    lab("export", run, "--format", "litert")


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.delenv("KERAS_HOME", raising=False)
    before = dict(os.environ)
    with own_settings():
        assert os.environ["KERAS_BACKEND"] == "tensorflow"
        assert list(Path(os.environ["KERAS_HOME"]).iterdir()) == []
    assert dict(os.environ) == before


@pytest.mark.training
def test_keras_imports_nothing_that_the_lab_does_not_need(tmp_path: Path) -> None:
    program = (
        "import sys\nimport mnist_lab.training.engine\n"
        "print('SEEN', [name for name in ('matplotlib', 'pandas', 'sklearn') if name in sys.modules])\n"
        "import matplotlib.pyplot, pandas, sklearn.base"
    )
    assert "SEEN []" in output(["-c", program], tmp_path, environment(tmp_path, "another backend"))


def test_what_was_imported_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "pandas", imported)  # type: ignore[arg-type]
    with own_settings():
        assert sys.modules["pandas"] is imported
    assert sys.modules["pandas"] is imported


def test_what_was_imported_already_is_set_again() -> None:
    asked: dict[str, object] = {}
    names = ("set_floatx", "set_epsilon", "set_image_data_format", "set_dtype_policy")
    config = SimpleNamespace(**{name: lambda value, name=name: asked.__setitem__(name, value) for name in names})
    apply_settings(SimpleNamespace(config=config))  # type: ignore[arg-type]
    assert asked == dict(zip(names, ("float32", 1e-7, "channels_last", "float32"), strict=True))
