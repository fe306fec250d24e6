"""Presets: the notebook's networks exactly, and each with something to teach."""

import subprocess
import sys

import pytest

from mnist_lab.errors import NetworkError
from mnist_lab.network import DEFAULT_PRESET, PRESETS, Conv2D, analyse, get_preset


def _words(name: str) -> list[str]:
    return [report.label for report in analyse(PRESETS[name].network).layers]


def test_notebook_1_is_the_notebooks_first_network() -> None:
    assert _words("notebook-1") == [
        "Convolution 100 filters 3×3 · relu",
        "Max pooling 2×2",
        "Convolution 250 filters 5×5 · relu",
        "Dropout rate 0.25",
        "Batch normalization",
        "Flatten",
        "Dense 10 units · softmax",
    ]


def test_notebook_2_is_the_notebooks_second_network() -> None:
    assert _words("notebook-2") == [
        "Convolution 350 filters 5×5 · relu",
        "Max pooling 2×2",
        "Convolution 100 filters 4×4 · relu",
        "Dropout rate 0.5",
        "Max pooling 3×3",
        "Convolution 75 filters 3×3 · relu",
        "Dropout rate 0.3",
        "Convolution 40 filters 1×1 · relu",
        "Dropout rate 0.5",
        "Convolution 25 filters 1×1 · relu",
        "Dropout rate 0.7",
        "Flatten",
        "Dense 10 units · softmax",
    ]


def test_notebook_3_is_the_notebooks_third_network() -> None:
    assert _words("notebook-3") == [
        "Convolution 100 filters 2×2 · relu",
        "Max pooling 4×4",
        "Convolution 80 filters 4×4 · relu",
        "Max pooling 2×2",
        "Dropout rate 0.25",
        "Batch normalization",
        "Convolution 70 filters 1×1 · relu",
        "Convolution 50 filters 1×1 · relu",
        "Convolution 60 filters 1×1 · relu",
        "Dropout rate 0.5",
        "Convolution 100 filters 1×1 · relu",
        "Dropout rate 0.6",
        "Convolution 100 filters 1×1 · relu",
        "Convolution 250 filters 1×1 · relu",
        "Dropout rate 0.55",
        "Batch normalization",
        "Flatten",
        "Dense 10 units · softmax",
    ]


def test_every_preset_can_be_trained_and_teaches_in_one_sentence() -> None:
    assert next(iter(PRESETS)) == DEFAULT_PRESET
    for name, preset in PRESETS.items():
        assert (preset.name, preset.network.name) == (name, preset.title)
        assert analyse(preset.network).valid
        assert preset.lesson.endswith(".")
        assert preset.lesson.count(". ") == 0
        assert len(preset.lesson) < 130


def test_the_numbers_in_the_lessons_are_true() -> None:
    assert "51 million multiply-adds" in PRESETS["notebook-1"].lesson
    assert round(analyse(PRESETS["notebook-1"].network).multiply_adds / 1e6) == 51
    assert "six of them 1×1" in PRESETS["notebook-3"].lesson
    kernels = [layer.kernel_size for layer in PRESETS["notebook-3"].network.layers if isinstance(layer, Conv2D)]
    assert (len(kernels), kernels.count((1, 1))) == (8, 6)


def test_a_preset_is_found_by_name_and_a_wrong_name_is_helped() -> None:
    assert get_preset(" Notebook_3 ") is PRESETS["notebook-3"]
    with pytest.raises(
        NetworkError, match=r"no preset 'lenet'\. Did you mean lenet-5\? The presets are: small-cnn, tiny"
    ):
        get_preset("lenet")
    with pytest.raises(NetworkError, match=r"^There is no preset 'z{39}…'\. The presets are"):
        get_preset("z" * 100_000)


def test_the_package_needs_nothing_heavy() -> None:
    code = (
        "import sys, mnist_lab.network; "
        "print([name for name in ('tensorflow', 'keras', 'numpy', 'pandas', 'streamlit') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
