"""Networks from Keras's files: what is a stack of the lab's layers is read, all else is named."""

import io
import json
import zipfile
from typing import Any

import pytest

from mnist_lab.errors import NetworkError
from mnist_lab.network import PRESETS, Activation, Dense, Flatten, Network, analyse, network_from_file

SOFTMAX = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}


def model(*layers: Any, kind: str = "Sequential", **more: Any) -> dict[str, Any]:
    return {"module": "keras", "class_name": kind, "config": {"name": "mine", "layers": list(layers), **more}}


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": kind, "config": config}


def keras_file(data: Any, version: str = "3.15.1") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("config.json", json.dumps(data))
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
    return stream.getvalue()


def read(data: Any) -> Network:
    return network_from_file(json.dumps(data))


def test_the_labs_own_files_are_read_as_before() -> None:
    network = PRESETS["lenet-5"].network
    assert network_from_file(network.to_json()) == network


def test_a_keras_file_is_read_from_its_configuration_alone() -> None:
    data = model(layer("Flatten"), layer("Dense", units=7, activation="relu"), SOFTMAX)
    network = network_from_file(keras_file(data))
    assert network.layers == (Flatten(), Dense(units=7, activation="relu"))
    assert network.name == "mine"


@pytest.mark.parametrize(
    "output",
    [
        [SOFTMAX],
        [layer("Dense", units=10), layer("Softmax", axis=-1)],
        [layer("Dense", units=10, activation="linear"), layer("Activation", activation="softmax")],
    ],
)
def test_the_output_layer_is_left_out(output: list[Any]) -> None:
    assert read(model(layer("Flatten"), *output)).layers == (Flatten(),)


@pytest.mark.parametrize(
    ("shape", "first"),
    [([None, 28, 28, 1], "Flatten"), ([None, 28, 28], "Flatten"), ([None, 784], "Dense"), ([32, 784], "Flatten")],
)
def test_images_come_in_any_shape_that_means_the_same(shape: list[Any], first: str) -> None:
    config = {"units": 5} if first == "Dense" else {}
    network = read(model(layer("InputLayer", batch_shape=shape), layer(first, **config), SOFTMAX))
    assert network.layers[0].kind == first
    # Keras 2 writes the shape into the first layer.
    assert read(model(layer(first, batch_input_shape=shape, **config), SOFTMAX)) == network


def test_the_same_in_other_words_is_read() -> None:
    serialized = {"module": "builtins", "class_name": "function", "config": "swish"}
    network = read(model(layer("ReLU", max_value=None), layer("Dense", units=3, activation=serialized), SOFTMAX))
    assert network.layers == (Activation(activation="relu"), Dense(units=3, activation="silu"))


def functional(*inputs: Any) -> dict[str, Any]:
    names = ["in", "flat", "out"]
    layers = [layer("InputLayer", batch_shape=[None, 28, 28, 1]), layer("Flatten"), SOFTMAX]
    nodes = [[], *inputs]
    return model(
        *({**one, "name": name, "inbound_nodes": node} for one, name, node in zip(layers, names, nodes, strict=True)),
        kind="Functional",
    )


def keras3(*names: str) -> list[Any]:
    return [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in names]}]


def test_a_functional_model_that_is_a_stack_is_read() -> None:
    assert read(functional(keras3("in"), keras3("flat"))).layers == (Flatten(),)
    assert read(functional([[["in", 0, 0, {}]]], [[["flat", 0, 0, {}]]])).layers == (Flatten(),)


@pytest.mark.parametrize("inputs", [(keras3("in"), keras3("in")), (keras3("in"), keras3("flat", "in")), ([], [])])
def test_a_functional_model_with_branches_is_refused(inputs: Any) -> None:
    with pytest.raises(NetworkError, match="does not take the output of the layer before it alone"):
        read(functional(*inputs))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (model(layer("LSTM", units=3), SOFTMAX), "Layer 1 of the Keras model is 'LSTM', and the lab has no such layer"),
        (model(layer("Flatten"), layer("Lambda", function={"code": "x"}), SOFTMAX), "Layer 2 .* is 'Lambda'"),
        (model(layer("Sequential", layers=[]), SOFTMAX), "is 'Sequential'"),
        (model({"class_name": "Mine", "registered_name": "my>Mine", "module": "os"}, SOFTMAX), "is 'Mine'"),
        (model(layer("ReLU", max_value=6), SOFTMAX), "is 'ReLU'"),
        (model(layer("Conv2D", filters=3, groups=3), SOFTMAX), r"Layer 1 .*\(Conv2D\) has 'groups' 3"),
        (model(layer("Conv2D", filters=3, data_format="channels_first"), SOFTMAX), "'data_format' 'channels_first'"),
        (model(layer("Dense", units=3, use_bias=False), SOFTMAX), "has 'use_bias' False"),
        (model(layer("Dense", units=3, kernel_regularizer={"class_name": "L2"}), SOFTMAX), "has 'kernel_regularizer'"),
        (model(layer("Dense", units=3, kernel_initializer="he_normal"), SOFTMAX), "has 'kernel_initializer'"),
        (model(layer("Dense", units=3, of_the_future=1), SOFTMAX), "has 'of_the_future' 1"),
        (model(layer("Dense", units=3, activation="hard_sigmoid"), SOFTMAX), r"layers\[0\].activation must be one of"),
        (model(layer("Dense", units="many"), SOFTMAX), "must be a whole number"),
        (model(layer("Flatten")), "must end in Dense"),
        (model(layer("Dense", units=26, activation="softmax")), "must end in Dense"),
        (model(layer("Dense", units=10, activation=["softmax"])), "must end in Dense"),
        (model(), "must end in Dense"),
        (model(layer("InputLayer", batch_shape=[None, 32, 32, 3]), SOFTMAX), r"shape \(28, 28, 1\)"),
        (model(layer("InputLayer", batch_shape=[None, [], {}]), SOFTMAX), r"shape \(28, 28, 1\)"),
        (model(SOFTMAX, kind="MyModel"), "only Sequential and Functional models"),
        ({"class_name": "Sequential", "config": {}}, "has no list of layers"),
        ({"class_name": "Sequential", "config": {"layers": [1]}}, "has no list of layers"),
        ({"class_name": ["Sequential"], "config": None}, "only Sequential and Functional"),
    ],
)
def test_what_the_lab_cannot_build_is_named(data: Any, sentence: str) -> None:
    for content in (json.dumps(data), keras_file(data)):
        with pytest.raises(NetworkError, match=sentence) as refused:
            network_from_file(content)
        assert "\n" not in str(refused.value)


def test_the_version_of_keras_is_named_where_a_file_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"The file was written by Keras 4\.1\.0\.$"):
        network_from_file(keras_file(model(layer("Dense", units=3, of_the_future=1), SOFTMAX), "4.1.0"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04", "is not a whole .keras file"),
        (keras_file([]), "holds no model"),
        (keras_file(model(SOFTMAX))[:200], "is not a whole .keras file"),
        (b"\x89HDF\r\n\x1a\n", "save it as .keras"),
    ],
)
def test_a_damaged_file_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(NetworkError, match=sentence):
        network_from_file(content)


def test_deep_nesting_is_a_sentence() -> None:
    nodes: Any = "in"
    for _ in range(400):
        nodes = [nodes]
    nested = functional(nodes, keras3("flat"))
    with pytest.raises(NetworkError, match=r"nested too deeply|does not take"):
        read(nested)


@pytest.fixture(scope="module")
def keras() -> Any:
    import keras as module

    return module


@pytest.mark.parametrize("name", ["lenet-5", "notebook-3", "fast"])
def test_what_keras_itself_writes_comes_back_as_it_was(
    keras: Any, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from mnist_lab.training.engine.model import build

    network = PRESETS[name].network
    built = build(network, seed=1, precision="mixed_bfloat16")
    path = tmp_path_factory.mktemp("keras") / "model.keras"
    built.save(path)
    for content in (path.read_bytes(), built.to_json()):
        completed = analyse(network_from_file(content)).layers
        assert [report.layer for report in completed] == [report.layer for report in analyse(network).layers]
