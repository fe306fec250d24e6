"""The subspaces of a run that has none yet: worked out at its first use, and kept."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_lab.data import Dataset, load_mnist_sample
from mnist_lab.errors import DataError
from mnist_lab.inference.fitting_images import FittingImages
from mnist_lab.inference.weights import Weights
from mnist_lab.runs import RunFolder

IMAGE = np.random.default_rng(0).random((28, 28), dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path, keras_file: Path) -> RunFolder:
    run = RunFolder(tmp_path / "abcd1234")
    run.path.mkdir()
    shutil.copyfile(keras_file, run.best_weights)
    return run


@pytest.fixture
def load(folder: RunFolder) -> Any:
    from mnist_lab.inference.engine.model_cache import LoadedModel

    return lambda: LoadedModel(Weights("abcd1234", folder.best_weights))


@pytest.fixture(scope="module")
def sample() -> Dataset:
    """Few images, so that a fit takes a moment."""
    whole = load_mnist_sample()
    training = replace(whole, train_images=whole.train_images[::10], train_labels=whole.train_labels[::10])
    return replace(training, test_images=whole.test_images[::10], test_labels=whole.test_labels[::10])


def fits(images: FittingImages | None) -> Any:
    from mnist_lab.inference.engine.subspace_fits import BackgroundFits

    def images_of(_run_id: str) -> FittingImages:
        if images is None:
            raise DataError("There are no images.")
        return images

    return BackgroundFits(images_of)


def test_an_old_run_gets_them_at_its_first_use(load: Any, folder: RunFolder, sample: Dataset) -> None:
    first = fits(FittingImages(sample, are_final=True))
    loaded = load()
    assert loaded.read(IMAGE).digit_score is None, "nothing is known yet, and the reading does not wait"
    first.provide(loaded)
    first.wait()
    score = loaded.read(IMAGE).digit_score
    assert score is not None

    # The next process reads the file, and needs no images.
    again = load()
    fits(None).provide(again)
    kept = again.read(IMAGE).digit_score
    assert kept is not None
    assert kept.score == pytest.approx(score.score, abs=5e-3)

    # A damaged file is worked out and written again.
    folder.digit_subspaces.write_bytes(b"damaged")
    repaired, third = load(), fits(FittingImages(sample, are_final=True))
    third.provide(repaired)
    third.wait()
    assert repaired.read(IMAGE).digit_score is not None
    fits(None).provide(healed := load())
    assert healed.subspaces is not None


def test_what_the_sample_gives_instead_of_mnist_is_not_kept(load: Any, folder: RunFolder, sample: Dataset) -> None:
    provider = fits(FittingImages(sample, are_final=False, why_not_final="There is no MNIST."))
    loaded = load()
    provider.provide(loaded)
    provider.wait()
    assert loaded.subspaces is not None
    assert not folder.digit_subspaces.exists()
    provider.provide(again := load())
    assert again.subspaces is loaded.subspaces, "remembered while the process lives"


def test_without_images_it_is_tried_once(load: Any, caplog: pytest.LogCaptureFixture) -> None:
    provider = fits(None)
    loaded = load()
    for _ in range(3):
        provider.provide(loaded)
        provider.wait()
    assert loaded.read(IMAGE).digit_score is None
    assert caplog.text.count("DataError: There are no images.") == 1


def test_a_run_that_is_gone_meanwhile_gets_no_folder(load: Any, folder: RunFolder, sample: Dataset) -> None:
    from mnist_lab.inference.engine.subspace_fits import fit_and_keep

    loaded = load()
    shutil.rmtree(folder.path)
    assert fit_and_keep(loaded, lambda _run_id: FittingImages(sample, are_final=True)) is not None
    assert not folder.path.exists()


def test_a_folder_that_cannot_be_written_costs_only_the_file(
    load: Any, sample: Dataset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from mnist_lab.inference.engine import subspace_fits

    def fail(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(subspace_fits, "write_subspaces", fail)
    found = subspace_fits.fit_and_keep(load(), lambda _run_id: FittingImages(sample, are_final=True))
    assert found is not None
    assert "cannot be kept" in caplog.text
