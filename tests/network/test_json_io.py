"""A thousand hostile files: a thousand clear sentences, and never anything but a NetworkError."""

import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_lab.errors import NetworkError
from mnist_lab.network import (
    PRESETS,
    Activation,
    Dropout,
    Network,
    analyse,
    analysis_to_data,
    network_from_data,
    network_from_json,
)

JARGON = ("pydantic", "Input should", "validation error", "literal[", "tuple", "Traceback", "NoneType", "ctx")
HOSTILE_FILES = 1000


def refusal(text: str | bytes) -> str:
    """Return the sentence that refuses a file, after checking that it is one."""
    with pytest.raises(NetworkError) as caught:
        network_from_json(text)
    sentence = str(caught.value)
    assert sentence.endswith((".", "?")), sentence
    assert 20 < len(sentence) < 400, sentence
    assert sentence.isprintable(), sentence
    assert not [word for word in JARGON if word in sentence], sentence
    sentence.encode()
    return sentence


def layer(body: str) -> str:
    return f'{{"version": 1, "name": "n", "layers": [{{"kind": "Flatten"}}, {body}]}}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be JSON with finite numbers, and this one is not: line 1, column 1"),
        ("import keras", "must be JSON"),
        (layer('{"kind": "Flatten"},'), "must be JSON"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8 text, but byte 0"),
        ('{"layers": []}'.encode("utf-16"), "looks like UTF-16: save it as UTF-8"),
        ('{"layers": []}'.encode("utf-16-le"), "looks like UTF-16: save it as UTF-8"),
        ('{"layers": []}'.encode("utf-16-be"), "looks like UTF-16: save it as UTF-8"),
        ("[]", "must be an object with version, name and layers. Received: []."),
        ("null", "must be an object"),
        ('"text"', "Received: 'text'."),
        ("{}", "layers is missing"),
        ('{"layers": {}}', "layers must be a list. Received: {}."),
        ('{"layers": null}', "layers must be a list. Received: None."),
        ('{"layers": [], "colour": 1}', "has no entry 'colour': a network file has version, name, layers."),
        ('{"layers": [], "name": 5}', "name must be text. Received: 5."),
        ('{"layers": [], "version": 2}', "has version 2, and this MNIST Lab reads version 1 only"),
        ('{"layers": [], "version": "1"}', "version must be 1. Received: '1'."),
        ('{"layers": [], "version": true}', "version must be 1. Received: True."),
        ('{"layers": [], "version": 0}', "version must be 1. Received: 0."),
        ('{"layers": [], "layers": []}', "the key 'layers' occurs twice"),
        ('{"layers": [], "\\ud800": 1}', "has an entry whose name is not text"),
        (layer("5"), "layers[1] must be an object such as {'kind': 'Flatten'}. Received: 5."),
        (layer("{}"), "layers[1] must name the kind of the layer. Received: {}."),
        (layer('{"kind": "Conv3D"}'), "layers[1].kind must be one of Conv2D, MaxPooling2D, "),
        (layer('{"kind": ["Conv2D"]}'), "Received: ['Conv2D']."),
        (layer('{"kind": "<script>alert(1)</script>"}'), "layers[1].kind must be one of"),
        (layer('{"kind": "Flatten", "units": 3}'), "layers[1] has no entry 'units': Flatten has kind."),
        (layer('{"kind": "Conv2D"}'), "layers[1].filters is missing."),
        (layer('{"kind": "Conv2D", "filters": "x"}'), "layers[1].filters must be a whole number. Received: 'x'."),
        (layer('{"kind": "Conv2D", "filters": true}'), "layers[1].filters must be a whole number. Received: True."),
        (layer('{"kind": "Conv2D", "filters": 2.5}'), "layers[1].filters must be a whole number. Received: 2.5."),
        (layer('{"kind": "Conv2D", "filters": 8, "kernel_size": [3]}'), "layers[1].kernel_size must be a whole number"),
        (layer('{"kind": "Conv2D", "filters": 8, "padding": "full"}'), "layers[1].padding must be 'valid' or 'same'."),
        (layer('{"kind": "Conv2D", "filters": 1000001}'), "layers[1].filters must be at most 1,000,000."),
        (layer('{"kind": "Conv2D", "filters": -1000001}'), "layers[1].filters must be at least -1,000,000."),
        (layer(f'{{"kind": "Conv2D", "filters": {"9" * 5000}}}'), "a number of 5,000 digits"),
        (layer('{"kind": "Dropout", "rate": NaN}'), "not finite: 'NaN'."),
        (layer('{"kind": "Dropout", "rate": -Infinity}'), "not finite: '-Infinity'."),
        (layer('{"kind": "Dropout", "rate": 1e400}'), "not finite: '1e400'."),
        (layer('{"kind": "Dropout", "rate": "0.5"}'), "layers[1].rate must be a number. Received: '0.5'."),
        (layer('{"kind": "Activation", "activation": "swish"}'), "layers[1].activation must be one of relu, "),
        (layer('{"kind": "Dense", "units": 9, "activation": "x"}'), "layers[1].activation must be one of relu, "),
        (layer('{"kind": "Dense", "units": 10, "activation": "softmax"}'), "layers[1].activation must not be softmax"),
        ("[" * 200_000, "nested too deeply"),
        ('{"layers": ' + "[" * 900 + "]" * 900 + "}", "layers[0] must be an object"),
        ('{"a": ' * 5_000 + "1" + "}" * 5_000, ""),
        ("x" * 10_000_000, "at most 1,000,000 bytes. Received: 10,000,000."),
        (b" " * 10_000_000, "at most 1,000,000 bytes"),
        (layer(",".join(['{"kind": "Flatten"}'] * 20_000)), "layers must have at most 10,000 entries."),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_hostile_files(text: str | bytes, words: str) -> None:
    assert words in refusal(text)


JUNK: list[object] = [
    None,
    True,
    "x",
    "",
    "<img src=x onerror=alert(1)>",
    "\ud800",
    -1.5,
    10**30,
    [],
    {},
    [[[[[]]]]],
    {"kind": "Conv2D"},
    "9" * 5000,
    [None] * 50,
]


def damaged(rng: random.Random, network: Network) -> str:
    """Return a good file with one thing made wrong for certain."""
    data = json.loads(network.to_json())
    layers = data["layers"]
    way = rng.randrange(5)
    if way == 0:
        data[rng.choice(["layers", "version"])] = rng.choice([junk for junk in JUNK if junk not in ([], [None] * 50)])
    elif way == 1:
        layers.insert(rng.randint(0, len(layers)), rng.choice(JUNK))
    elif way == 2:
        rng.choice([data, *layers])[rng.choice(["x", "__class__", "units ", "Kind"])] = rng.choice(JUNK)
    elif way == 3:
        chosen = rng.choice(layers)
        key = rng.choice(list(chosen))
        # Pooling may have no strides, and a rate outside 0 to 1 is a fault of the network, not of the file.
        fits = {"strides": (None,), "rate": (-1.5, 10**30)}.get(key, ())
        chosen[key] = rng.choice([junk for junk in JUNK if junk not in fits])
    else:
        text = network.to_json()
        return text[: rng.randrange(len(text) - 2)]
    return json.dumps(data)


def test_a_thousand_damaged_files_give_a_thousand_sentences() -> None:
    rng = random.Random(0)
    good = [preset.network for preset in PRESETS.values()]
    sentences = {refusal(damaged(rng, rng.choice(good))) for _ in range(HOSTILE_FILES)}
    assert len(sentences) > 200


@given(st.binary(max_size=300))
def test_any_bytes_are_a_network_or_a_sentence(data: bytes) -> None:
    _network_or_sentence(lambda: network_from_json(data))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["kind", "filters", "kernel_size", "strides", "padding", "activation", "units", "rate", "pool_size"]
)
kinds = st.sampled_from(["Conv2D", "MaxPooling2D", "Dense", "Dropout", "Activation", "Flatten"])
near_layers = st.builds(
    lambda kind, entries: {"kind": kind, **entries},
    kinds,
    st.dictionaries(names, json_values | st.integers(), max_size=3),
)


@pytest.mark.slow
@given(
    st.fixed_dictionaries({"layers": st.lists(near_layers | json_values, max_size=4)}, optional={"name": json_values})
)
@settings(deadline=None, max_examples=1000)
def test_anything_near_a_network_is_one_or_gives_a_sentence(data: dict[str, object]) -> None:
    _network_or_sentence(lambda: network_from_data(data))
    _network_or_sentence(lambda: network_from_json(json.dumps(data)))


def _network_or_sentence(read: Callable[[], Network]) -> None:
    try:
        network = read()
    except NetworkError as error:
        sentence = str(error)
    else:
        # What was read can be analysed, whatever it is.
        sentence = f"{len(analyse(network).layers)} layers."
    assert sentence.endswith((".", "?"))
    assert len(sentence) < 400
    assert sentence.isprintable()


def test_a_byte_order_mark_and_what_may_be_left_out_are_no_harm() -> None:
    network = Network(name="n", layers=PRESETS["tiny"].network.layers)
    assert network_from_json("\ufeff" + network.to_json()) == network
    assert network_from_json(b"\xef\xbb\xbf" + network.to_json().encode()) == network
    assert network_from_json('{"layers": []}') == Network()


def test_an_analysis_is_written_with_indices_from_0_and_layer_numbers_from_1() -> None:
    network = Network(name="bad", layers=(Dropout(rate=1.2), Activation(activation="relu")))
    data = analysis_to_data(analyse(network))
    assert json.dumps(data, allow_nan=False)
    assert data["network"] == json.loads(network.to_json())
    assert (data["valid"], data["parameters"]) == (False, 7850)
    assert [(layer["index"], layer["layer"]) for layer in data["layers"]] == [
        (0, 1),
        (1, 2),
        (None, None),
        (None, None),
    ]
    assert data["layers"][0] == {
        "index": 0,
        "layer": 1,
        "kind": "Dropout",
        "label": "Dropout rate 1.2",
        "input_shape": (28, 28, 1),
        "output_shape": (28, 28, 1),
        "parameters": 0,
        "trainable_parameters": 0,
        "arithmetic": "",
        "multiply_adds": 0,
        "receptive_field": (1, 1),
        "share": 0.0,
    }
    assert data["problems"] == [
        {
            "rule": "rate-outside-0-1",
            "severity": "error",
            "index": 0,
            "layer": 1,
            "sentence": "Layer 1, dropout 1.2: rate is the share of values set to zero and must lie between 0 and 1. "
            "Received: 1.2.",
            "repairs": ["Use rate 0.5", "Remove layer 1"],
        }
    ]
