"""Networks as JSON: reading a network file, and writing the analysis of a network.

In the written JSON, `index` is an index into the network's layers, from 0, and `layer` is the number that people see,
from 1. Both are null for an implied layer.
"""

import codecs
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mnist_lab.errors import NetworkError
from mnist_lab.network.analysis import Analysis, LayerReport
from mnist_lab.network.diagnosis.problem import Problem
from mnist_lab.network.layers import ACTIVATIONS, LAYER_CLASSES
from mnist_lab.network.limits import MAX_ARGUMENT, MAX_FILE_BYTES, MAX_LAYERS_READ
from mnist_lab.network.network import VERSION, Network
from mnist_lab.strict_json import StrictJSONError, parse_json, short_repr

_RULES: Mapping[str, str] = {
    "missing": "is missing",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "union_tag_not_found": "must name the kind of the layer",
    "greater_than_equal": f"must be at least {-MAX_ARGUMENT:,}",
    "less_than_equal": f"must be at most {MAX_ARGUMENT:,}",
    "string_unicode": "has an entry whose name is not text",
    "too_long": f"must have at most {MAX_LAYERS_READ:,} entries",
}
"""Pydantic's type of an error to the rule in the message."""


def network_from_json(text: str | bytes) -> Network:
    """Read the content of a network file, UTF-8.

    Raises:
        NetworkError: It is not a network file; the message says what is wrong, and where.
    """
    return network_from_data(read_json(text))


def read_json(text: str | bytes) -> object:
    """Parse the JSON of a network file, UTF-8.

    Raises:
        NetworkError: It is not JSON, or too long.
    """
    return _parsed(_decoded(text))


def network_from_data(data: object) -> Network:
    """Turn parsed JSON into a network.

    Raises:
        NetworkError: It does not describe a network; the message says what is wrong, and where.
    """
    if not isinstance(data, dict):
        raise NetworkError(
            f"A network file must be an object with version, name and layers. Received: {short_repr(data)}."
        )
    version = data.get("version", VERSION)
    if type(version) is not int or version < 1:
        raise NetworkError(f"version must be {VERSION}. Received: {short_repr(version)}.")
    if version > VERSION:
        raise NetworkError(
            f"This network file has version {short_repr(version)}, and this MNIST Lab reads version {VERSION} only: "
            "update MNIST Lab, or save the file from an older one."
        )
    if "layers" not in data:
        raise NetworkError(
            f"layers is missing: a network file needs a list of layers. Received: {short_repr(list(data))}."
        )
    try:
        return Network.model_validate(data)
    except ValidationError as error:
        raise NetworkError(_message(error.errors(include_url=False)[0])) from error
    except RecursionError as error:
        raise NetworkError("The network file is nested too deeply.") from error


def analysis_to_data(analysis: Analysis) -> dict[str, Any]:
    """Convert an analysis to data that `json.dumps` accepts."""
    return {
        "network": analysis.network.model_dump(mode="json"),
        "valid": analysis.valid,
        "parameters": analysis.parameters,
        "trainable_parameters": analysis.trainable_parameters,
        "multiply_adds": analysis.multiply_adds,
        "layers": [_layer_to_data(report) for report in analysis.layers],
        "problems": [_problem_to_data(problem) for problem in analysis.problems],
    }


def _layer_to_data(report: LayerReport) -> dict[str, Any]:
    return {
        "index": report.index,
        "layer": report.number,
        "kind": report.layer.kind,
        "label": report.label,
        "input_shape": report.input_shape,
        "output_shape": report.output_shape,
        "parameters": report.parameters,
        "trainable_parameters": report.trainable_parameters,
        "arithmetic": report.arithmetic,
        "multiply_adds": report.multiply_adds,
        "receptive_field": report.receptive_field,
        "share": report.share,
    }


def _problem_to_data(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "index": problem.index,
        "layer": None if problem.index is None else problem.index + 1,
        "sentence": problem.message,
        "repairs": [repair.label for repair in problem.repairs],
    }


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_FILE_BYTES:
        raise NetworkError(
            f"A network file may have at most {MAX_FILE_BYTES:,} bytes. Received: {len(text):,}. Is it the right file?"
        )
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in text[:4]:
        # JSON starts with ASCII, for which every second byte of UTF-16 is zero (RFC 4627, section 3).
        raise NetworkError("A network file must be UTF-8 text, and this one looks like UTF-16: save it as UTF-8.")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NetworkError(f"A network file must be UTF-8 text, but byte {error.start:,} is not.") from error


def _parsed(text: str) -> object:
    try:
        return parse_json(text)
    except StrictJSONError as error:
        raise NetworkError(f"A network file must be JSON with finite numbers, and this one is not: {error}.") from error


def _message(error: ErrorDetails) -> str:
    kind, path, value = error["type"], _path(error["loc"]), short_repr(error["input"])
    if kind == "extra_forbidden":
        return (
            f"{_path(error['loc'][:-1])} has no entry {short_repr(error['loc'][-1])}: {_known_entries(error['loc'])}."
        )
    if kind == "missing":
        return f"{path} is missing. Received: {value}."
    if kind == "softmax":
        return f"layers{error['msg']}."
    if kind == "literal_error" and error["loc"][-1] == "activation":
        return f"{path} must be one of {', '.join(ACTIVATIONS)}. Received: {value}."
    if kind == "literal_error":
        return f"{path} must be {error.get('ctx', {}).get('expected', 'another')}. Received: {value}."
    if kind == "union_tag_invalid":
        tag = error["input"].get("kind") if isinstance(error["input"], dict) else error["input"]
        return f"{path}.kind must be one of {', '.join(LAYER_CLASSES)}. Received: {short_repr(tag)}."
    if kind in {"model_type", "model_attributes_type"}:
        return f"{path} must be an object such as {{'kind': 'Flatten'}}. Received: {value}."
    rule = error["msg"] if kind == "pair" else _RULES.get(kind, "cannot be used")
    return f"{path} {rule}. Received: {value}."


def _path(loc: Sequence[int | str]) -> str:
    """Write pydantic's `('layers', 3, 'Conv2D', 'filters')` as the path in the file: `layers[3].filters`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not (text.startswith("layers[") and part in LAYER_CLASSES):
            text += f".{part}" if text else part
    return text or "The network file"


def _known_entries(loc: Sequence[int | str]) -> str:
    kind = next((part for part in loc[:-1] if isinstance(part, str) and part in LAYER_CLASSES), None)
    fields = LAYER_CLASSES[kind].model_fields if kind else Network.model_fields
    return f"{kind or 'a network file'} has {', '.join(fields)}"
