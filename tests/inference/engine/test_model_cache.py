"""Trained networks in this process, with TensorFlow."""

import json
import shutil
import zipfile

import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.inference.weights import Weights

BLACK = np.zeros((28, 28), np.float32)


@pytest.fixture
def loaded(tmp_path, keras_file):
    """Networks whose files lie in `tmp_path`, at most two of them loaded."""
    from mnist_lab.inference.engine.model_cache import ModelCache

    def find(run_id):
        path = tmp_path / f"{run_id}.keras"
        if not path.exists():
            raise PredictorError(f"{run_id} is gone")
        return Weights(run_id, path)

    for run_id in ("one", "two", "three"):
        shutil.copyfile(keras_file, tmp_path / f"{run_id}.keras")
    return ModelCache(find, capacity=2)


def test_predictions_are_those_of_keras(keras_file):
    import keras

    from mnist_lab.inference.engine.model_cache import load_model, make_predict_function

    image = np.random.default_rng(0).random((28, 28), dtype=np.float32)
    model = keras.saving.load_model(keras_file)

    probabilities = make_predict_function(load_model(Weights("one", keras_file)), "one")(image)

    assert probabilities.shape == (10,)
    assert probabilities.dtype == np.float32
    assert np.allclose(probabilities, model(image[None, :, :, None], training=False)[0], atol=1e-6)


def test_only_the_networks_asked_last_stay_loaded(loaded):
    for run_id in ("one", "two", "one", "three"):
        loaded.get(run_id)

    assert [run_id in loaded for run_id in ("one", "two", "three")] == [True, False, True]
    assert len(loaded) == 2


def test_a_network_is_loaded_once(loaded):
    assert loaded.get("one") is loaded.get("one")


def test_a_network_trained_again_is_loaded_again(loaded, tmp_path):
    before = loaded.get("one")
    (tmp_path / "one.keras").touch()

    assert loaded.get("one") is not before


def test_a_network_deleted_is_forgotten(loaded, tmp_path):
    loaded.get("one")
    (tmp_path / "one.keras").unlink()

    with pytest.raises(PredictorError, match="gone"):
        loaded.get("one")
    assert "one" not in loaded


def cut(path):
    path.write_bytes(path.read_bytes()[:2000])


def empty(path):
    path.write_bytes(b"")


def no_archive(path):
    path.write_bytes(b"x" * 5000)


def other_archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")


@pytest.mark.parametrize("damage", [cut, empty, no_archive, other_archive])
def test_damaged_weights_are_named(loaded, tmp_path, damage):
    damage(tmp_path / "one.keras")

    with pytest.raises(PredictorError, match=r"weights of run one are damaged \(one\.keras: .*train it again"):
        loaded.get("one")


def test_a_network_for_something_else_is_refused(tmp_path):
    import keras

    from mnist_lab.inference.engine.model_cache import load_model

    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)

    with pytest.raises(PredictorError, match="belong to another network"):
        load_model(Weights("one", path))


def test_a_network_with_code_in_it_is_not_run(tmp_path):
    import keras

    from mnist_lab.inference.engine.model_cache import load_model

    path = tmp_path / "code.keras"
    output = keras.layers.Dense(10, activation="softmax")
    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Lambda(lambda x: x), keras.layers.Flatten(), output]).save(
        path
    )

    with pytest.raises(PredictorError, match="Layer 1 of the Keras model is 'Lambda', and the lab has no such layer"):
        load_model(Weights("one", path))


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("99.0.0", r"were written by Keras 99\.0\.0, and this lab has Keras 3.*update Keras, or train it again"),
        ("3.0.0", "are damaged"),
        ("<script>" * 20, "are damaged"),
    ],
)
def test_weights_of_a_newer_keras_are_named_so(keras_file, tmp_path, version, sentence):
    from mnist_lab.inference.engine.model_cache import load_model

    path = tmp_path / "one.keras"
    with zipfile.ZipFile(keras_file) as archive, zipfile.ZipFile(path, "w") as copy:
        copy.writestr("config.json", archive.read("config.json"))
        copy.writestr("metadata.json", json.dumps({"keras_version": version}))
        copy.writestr("model.weights.h5", b"a format of the future")

    with pytest.raises(PredictorError, match=sentence):
        load_model(Weights("one", path))


def test_a_diverged_network_is_reported(keras_file):
    from mnist_lab.inference.engine.model_cache import load_model, make_predict_function

    model = load_model(Weights("one", keras_file))
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])

    with pytest.raises(PredictorError, match="smaller learning rate"):
        make_predict_function(model, "one")(BLACK)
