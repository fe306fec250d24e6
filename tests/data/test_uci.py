"""The offline sample, and how the digits to work with are chosen."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.data import Digits, Source, class_counts, load_digits, load_uci_digits
from mnist_lab.settings import Settings


@pytest.fixture
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings on a machine without MNIST whose network refuses."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return Settings(home=tmp_path / "lab", mnist_url="http://127.0.0.1:9/mnist.npz")


def same(one: Digits, other: Digits) -> bool:
    return one.fingerprint == other.fingerprint and np.array_equal(one.train_images, other.train_images)


def test_the_sample_looks_like_mnist(no_mnist: Settings) -> None:
    digits = load_uci_digits(no_mnist)
    assert digits.source is Source.UCI
    assert digits.title == "UCI digits, the offline sample"
    assert digits.train_images.shape == (1437, 28, 28)
    assert digits.test_images.shape == (360, 28, 28)
    assert digits.train_images.dtype == digits.train_labels.dtype == np.uint8
    assert digits.train_images.max() == 255
    counts = class_counts(digits.test_labels)
    assert counts.sum() == 360
    assert counts.min() >= 34
    masses = digits.train_images.astype(float).sum(axis=1)
    assert ((masses @ np.arange(28)) / masses.sum(axis=1)) == pytest.approx(14, abs=0.51)
    train = {image.tobytes() for image in digits.train_images}
    assert sum(image.tobytes() in train for image in digits.test_images) == 0


def test_the_second_time_it_comes_from_the_cache_without_scikit_learn(no_mnist: Settings) -> None:
    first = load_uci_digits(no_mnist)
    code = (
        "import sys; from pathlib import Path; from mnist_lab.data import load_uci_digits; "
        "from mnist_lab.settings import Settings; "
        f"print(load_uci_digits(Settings(home=Path({str(no_mnist.home)!r}))).fingerprint, 'sklearn' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [first.fingerprint, "False"]


def test_a_damaged_cache_is_made_anew_and_leaves_nothing_behind(no_mnist: Settings) -> None:
    first = load_uci_digits(no_mnist)
    [cache] = no_mnist.cache_folder.iterdir()
    good = cache.read_bytes()
    for content in (b"", b"rubbish", good[: len(good) // 2]):
        cache.write_bytes(content)
        assert same(load_uci_digits(no_mnist), first)
        assert len(cache.read_bytes()) == len(good)
    assert [path.name for path in no_mnist.cache_folder.iterdir()] == [cache.name]


def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(load_uci_digits(Settings(home=tmp_path / "file")).test_labels) == 360


def test_the_sample_comes_with_the_reason(no_mnist: Settings) -> None:
    digits, reason = load_digits(no_mnist)
    assert digits.source is Source.UCI
    assert reason is not None
    assert "not on this computer yet" in reason
    _, reason = load_digits(no_mnist, download=True)
    assert reason is not None
    assert "the connection was refused" in reason


def test_a_damaged_mnist_is_the_reason_too(no_mnist: Settings) -> None:
    no_mnist.cache_folder.mkdir(parents=True)
    (no_mnist.cache_folder / "mnist.npz").write_bytes(b"rubbish")
    digits, reason = load_digits(no_mnist)
    assert digits.source is Source.UCI
    assert reason is not None
    assert "not a whole .npz file" in reason


def test_a_damaged_mnist_gives_way_to_a_whole_one(no_mnist: Settings, mnist_folder: Path) -> None:
    no_mnist.cache_folder.mkdir(parents=True)
    (no_mnist.cache_folder / "mnist.npz").write_bytes(b"rubbish")
    keras = Path.home() / ".keras" / "datasets"
    keras.mkdir(parents=True)
    shutil.copy(mnist_folder / "mnist.npz", keras)
    digits, reason = load_digits(no_mnist)
    assert digits.source is Source.MNIST
    assert reason is None


def test_a_variable_that_leads_nowhere_downloads_nothing(no_mnist: Settings, tmp_path: Path) -> None:
    settings = no_mnist.model_copy(update={"data": tmp_path / "nowhere"})
    digits, reason = load_digits(settings, download=True)
    assert digits.source is Source.UCI
    assert reason is not None
    assert reason.startswith("MNIST_LAB_DATA must name")
