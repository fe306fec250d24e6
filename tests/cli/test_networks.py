import json

import pytest

from mnist_lab.network import PRESETS, analyse, network_from_json


def test_presets_are_listed_with_their_lessons(call):
    out = call("presets").out

    assert [line.split()[0] for line in out.splitlines()[1:]] == list(PRESETS)
    assert "829,760" in out


def test_presets_as_json(call):
    listed = {preset["name"]: preset for preset in call("presets", "--json").json}

    assert listed["notebook-3"]["parameters"] == 186_140
    assert all(preset["lesson"] and preset["title"] and preset["multiply_adds"] > 0 for preset in listed.values())


def test_describe_shows_every_layer_its_arithmetic_and_the_problems(call):
    out = call("describe", "--preset", "notebook-2").out

    assert "641,100 parameters" in out
    assert "5·5·1·350 + 350 = 9,100" in out
    assert "24×24×350" in out
    assert "warning: " in out
    assert "repair: " in out


def test_describe_as_json_is_complete(call):
    document = call("describe", "--preset", "notebook-3", "--json").json

    assert document["parameters"] == 186_140
    assert document["valid"] is True
    assert document["layers"][0]["output_shape"] == [27, 27, 100]
    assert sum(layer["parameters"] for layer in document["layers"]) == 186_140
    assert document["layers"][-1]["index"] is None
    assert network_from_json(json.dumps(document["network"])) == PRESETS["notebook-3"].network


def test_an_invalid_network_is_described_too(call, tmp_path):
    path = tmp_path / "network.json"
    path.write_text(json.dumps({"version": 1, "layers": [{"kind": "Conv2D", "filters": 8, "kernel_size": [40, 40]}]}))

    text = call("describe", "--network", path)
    document = call("describe", "--network", path, "--json").json

    assert text.status == 0
    assert "error: " in text.out
    assert "– parameters · – multiply-adds" in text.out
    assert document["valid"] is False
    assert document["problems"][0]["index"] == 0
    assert document["problems"][0]["repairs"]
    assert document["layers"][-1]["output_shape"] is None
    assert document["parameters"] is document["multiply_adds"] is None


def test_a_network_file_is_read_as_it_was_written(call, tmp_path):
    path = tmp_path / "network.json"
    network = PRESETS["lenet-5"].network.rename('<b>"Größe"</b> 😀')
    path.write_text(network.to_json(), encoding="utf-8")

    document = call("describe", "--network", path, "--json").json

    assert document["network"]["name"] == network.name
    assert document["parameters"] == analyse(network).parameters


@pytest.mark.parametrize(
    "content",
    [b"", b"not JSON", b"[]", b'{"layers": 7}', b'{"version": 99, "layers": []}', b"\xff\xfe", b"[" * 50_000],
)
def test_a_file_that_is_no_network_is_refused(refused, tmp_path, content):
    path = tmp_path / "network.json"
    path.write_bytes(content)

    refused("describe", "--network", path)
    refused("train", "--network", path)


def test_a_model_of_keras_is_read_too(call, tmp_path):
    layers = [
        {"class_name": "Flatten", "config": {}},
        {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}},
    ]
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"class_name": "Sequential", "config": {"name": "theirs", "layers": layers}}))

    assert call("describe", "--network", path, "--json").json["network"]["layers"] == [{"kind": "Flatten"}]


def test_a_huge_file_is_refused(refused, tmp_path):
    path = tmp_path / "network.json"
    path.write_bytes(b" " * 10_000_000)

    assert "at most 1,000,000 bytes" in refused("describe", "--network", path)


def test_a_missing_file_is_named(refused, tmp_path):
    assert "nowhere.json" in refused("describe", "--network", tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    "arguments",
    [
        ["describe", "--network", ""],
        ["train", "--network", ""],
        ["train", "--preset", "tiny", "--recipe", ""],
        ["predict", "abc", ""],
    ],
)
def test_an_empty_name_of_a_file_is_called_so(refused, arguments):
    assert "the name of the file is empty" in refused(*arguments)


def test_an_unknown_preset_gets_a_suggestion(refused):
    assert "Did you mean notebook-3?" in refused("describe", "--preset", "notebok-3")
