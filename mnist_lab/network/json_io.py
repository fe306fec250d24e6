"""A network file read: the outcome is a network, or one sentence that says what is wrong, and where."""

import codecs
import json
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mnist_lab.errors import NetworkError
from mnist_lab.network.layers import ACTIVATIONS, LARGEST_NUMBER, LAYER_CLASSES
from mnist_lab.network.network import MOST_LAYERS_READ, VERSION, Network

LARGEST_FILE = 1_000_000
"""Bytes of a network file; 64 layers take about 20,000."""
_LONGEST_WORD = 60
_DIGITS_OF_AN_INTEGER = 100

_RULES: Mapping[str, str] = {
    "missing": "is missing",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "union_tag_not_found": "must say of which kind the layer is",
    "greater_than_equal": f"must be at least {-LARGEST_NUMBER:,}",
    "less_than_equal": f"must be at most {LARGEST_NUMBER:,}",
    "string_unicode": "has an entry whose name is not text",
    "too_long": f"must have at most {MOST_LAYERS_READ:,} entries",
}
"""Pydantic's name for an error to the rule that was broken."""


def network_from_json(text: str | bytes) -> Network:
    """Read a network file, UTF-8.

    Raises:
        NetworkError: It is none; one sentence says what is wrong, and where.
    """
    return network_from_data(_parsed(_decoded(text)))


def network_from_data(data: object) -> Network:
    """Make a network of parsed JSON.

    Raises:
        NetworkError: It is none; one sentence says what is wrong, and where.
    """
    if not isinstance(data, dict):
        raise NetworkError(
            f"A network file must be an object with version, name and layers. Received: {received(data)}."
        )
    version = data.get("version", VERSION)
    if type(version) is not int or version < 1:
        raise NetworkError(f"version must be {VERSION}. Received: {received(version)}.")
    if version > VERSION:
        raise NetworkError(
            f"This network file is of version {received(version)}, and this MNIST Lab reads version {VERSION} only: "
            "update MNIST Lab, or save the file from an older one."
        )
    if "layers" not in data:
        raise NetworkError(
            f"layers is missing: a network file needs a list of layers. Received: {received(list(data))}."
        )
    try:
        return Network.model_validate(data)
    except ValidationError as error:
        raise NetworkError(_sentence(error.errors(include_url=False)[0])) from error
    except RecursionError as error:
        raise NetworkError("The network file is nested too deeply to be one.") from error


def received(value: object) -> str:
    """Write anything that was received in at most 60 characters."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother, short.maxlong = 2, 40, 40, 40
    short.maxlist = short.maxdict = short.maxtuple = 4
    # Printable ASCII: a sentence must survive any terminal, and a lone surrogate cannot even be encoded.
    text = short.repr(value).encode("ascii", "backslashreplace").decode("ascii")
    return text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 3] + "..."


def _decoded(text: str | bytes) -> str:
    if len(text) > LARGEST_FILE:
        raise NetworkError(
            f"A network file may have at most {LARGEST_FILE:,} bytes. Received: {len(text):,}. Is it the right file?"
        )
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in text[:4]:
        # JSON begins with ASCII, of which UTF-16 makes every second byte zero (RFC 4627, section 3).
        raise NetworkError("A network file must be UTF-8 text, and this one looks like UTF-16: save it as UTF-8.")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NetworkError(f"A network file must be UTF-8 text, but byte {error.start:,} is not.") from error


def _parsed(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_not_a_number,
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        # The parser's own words end without a full stop and may quote nothing of the file.
        raise NetworkError(
            f"A network file must be JSON, but line {error.lineno:,}, column {error.colno:,} is not: {error.msg}."
        ) from error
    except RecursionError as error:
        raise NetworkError("The network file is nested too deeply to be one.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NetworkError(
            f"The entry {received(twice)} is there twice in one object of the network file; once is right."
        )
    return data


def _not_a_number(text: str) -> NoReturn:
    raise NetworkError(f"A network file must hold finite numbers only. Received: {text}.")


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _not_a_number(received(text))
    return number


def _integer(text: str) -> int:
    if len(text) > _DIGITS_OF_AN_INTEGER:
        raise NetworkError(f"A number in the network file has {len(text):,} digits; the largest is {LARGEST_NUMBER:,}.")
    return int(text)


def _sentence(error: ErrorDetails) -> str:
    kind, place, value = error["type"], _place(error["loc"]), received(error["input"])
    if kind == "extra_forbidden":
        return f"{_place(error['loc'][:-1])} has no entry {received(error['loc'][-1])}: {_known_entries(error['loc'])}."
    if kind == "missing":
        return f"{place} is missing. Received: {value}."
    if kind == "softmax":
        return f"layers{error['msg']}."
    if kind == "literal_error" and error["loc"][-1] == "activation":
        return f"{place} must be one of {', '.join(ACTIVATIONS)}. Received: {value}."
    if kind == "literal_error":
        return f"{place} must be {error.get('ctx', {}).get('expected', 'another')}. Received: {value}."
    if kind == "union_tag_invalid":
        tag = error["input"].get("kind") if isinstance(error["input"], dict) else error["input"]
        return f"{place}.kind must be one of {', '.join(LAYER_CLASSES)}. Received: {received(tag)}."
    if kind in {"model_type", "model_attributes_type"}:
        return f"{place} must be an object such as {{'kind': 'Flatten'}}. Received: {value}."
    rule = error["msg"] if kind == "pair" else _RULES.get(kind, "cannot be used")
    return f"{place} {rule}. Received: {value}."


def _place(loc: Sequence[int | str]) -> str:
    """Write where: `('layers', 3, 'Conv2D', 'filters')` as `layers[3].filters`; the kind is not part of the file."""
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
