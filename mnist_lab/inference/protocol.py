"""The protocol between the page process and the predictor process: one JSON object per line.

A request is `{"id": 7, "runs": ["3f9ak2xq"], "image": "<base64 of 784 float32>"}`; without an image the models of the
runs are only loaded. The reply is `{"id": 7, "answers": [{"run": …, "probabilities": "<base64>"}]}` with ten float32
per run; once the subspaces of its digits are known, with the drawing's `score` and whether it `is_digit`, see
`novelty`. A run whose model cannot be used has an `error` instead, and `untrained` if it has no weights yet; an invalid
request gives `{"id": 7, "error": …}`.

With `images`, base64 of many images of 784 bytes, the one run of the request answers with the probabilities of all.

With `"inspect": "<kind>"` the answer of the first run is what `engine.inspector` sees in its network instead.

With `"live": true` a run in training answers with its newest weights, and tells their `epoch`, a fraction.
"""

import base64
import binascii
import json
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_lab.errors import PredictorError
from mnist_lab.network import INPUT_SHAPE

Floats = npt.NDArray[np.float32]

IMAGE_SHAPE = INPUT_SHAPE[:2]
MAX_IMAGES = 500
"""Images in one request."""
READY = {"id": 0, "ready": True}

_RUN_ID = re.compile(r"[a-z0-9]{8}")


class ProtocolError(Exception):
    """A line that violates the protocol; never shown to a user."""


def invalid_reply() -> PredictorError:
    """What a user is told of a reply that violates the protocol."""
    return PredictorError("The predictor process sent an invalid reply; try again.")


def is_run_id(text: object) -> bool:
    """Whether `text` is a run's id: eight characters of a-z and 0-9, so it cannot be a path to another folder."""
    return isinstance(text, str) and _RUN_ID.fullmatch(text) is not None


def pack(numbers: Floats) -> str:
    """Encode an array as base64 of little-endian float32, which is fast to decode and exact."""
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f4").tobytes()).decode("ascii")


def unpack(text: object, shape: tuple[int, ...]) -> Floats:
    """Decode what `pack` has encoded.

    Raises:
        ProtocolError: `text` is not base64 of exactly as many float32 as `shape` holds, or one is not finite.
    """
    if not isinstance(text, str):
        raise ProtocolError(f"numbers are sent as base64 text. Received: {type(text).__name__}")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(f"numbers are sent as base64 text: {error}") from error
    expected = 4 * int(np.prod(shape))
    if len(content) != expected:
        raise ProtocolError(f"{shape} float32 are {expected} bytes. Received: {len(content)}")
    numbers = np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(shape)
    if not np.isfinite(numbers).all():
        raise ProtocolError("numbers must be finite")
    return numbers


def pack_images(images: npt.NDArray[np.uint8]) -> str:
    """Encode images uint8 (n, 28, 28) as base64."""
    return base64.b64encode(np.ascontiguousarray(images, dtype=np.uint8).tobytes()).decode("ascii")


def unpack_images(text: object) -> npt.NDArray[np.uint8]:
    """Decode what `pack_images` has encoded.

    Raises:
        ProtocolError: `text` is not base64 of 1 to `MAX_IMAGES` images.
    """
    try:
        content = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(f"images are sent as base64 text: {error}") from error
    number, rest = divmod(len(content), IMAGE_SHAPE[0] * IMAGE_SHAPE[1])
    if rest or not 1 <= number <= MAX_IMAGES:
        raise ProtocolError(f"1 to {MAX_IMAGES} images are sent at once. Received: {len(content)} bytes")
    return np.frombuffer(content, np.uint8).reshape(number, *IMAGE_SHAPE)


def to_line(message: dict[str, Any]) -> bytes:
    """Encode a message as one line."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def from_line(line: bytes) -> dict[str, Any]:
    """Decode one line.

    Raises:
        ProtocolError: It is not a JSON object.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {line[:80]!r}") from error
    if not isinstance(message, dict):
        raise ProtocolError(f"not an object: {line[:80]!r}")
    return message
