"""The predictor process: reads requests from standard input and writes replies to standard output."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from mnist_lab.errors import LabError, TransitionError
from mnist_lab.inference.fitting_images import fitting_images
from mnist_lab.inference.protocol import (
    IMAGE_SHAPE,
    READY,
    Floats,
    ProtocolError,
    from_line,
    is_run_id,
    pack,
    to_line,
    unpack,
    unpack_images,
)
from mnist_lab.inference.weights import find_weights
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mnist_lab.inference.engine.live_models import LiveModel
    from mnist_lab.inference.reading import Reading

    ReadFunction = Callable[[Floats], Reading]

logger = logging.getLogger(__name__)

# For a single image more threads are not faster, and they would slow down a training.
THREADS = 1


def main(settings: Settings) -> int:
    """Serve requests until standard input ends.

    Returns:
        The exit status, 0.
    """
    output = _claim_stdout()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(THREADS)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # TensorFlow would take the whole memory of a GPU that a training needs
    # Imported here, as this loads TensorFlow, which reads the variables above.
    from mnist_lab.inference.engine.batch_prediction import BatchPrediction
    from mnist_lab.inference.engine.inspector import Inspector
    from mnist_lab.inference.engine.live_models import LiveModels
    from mnist_lab.inference.engine.model_cache import LoadedModel, ModelCache
    from mnist_lab.inference.engine.subspace_fits import BackgroundFits

    store = open_store(settings)
    models = ModelCache(lambda run_id: find_weights(store, run_id))
    fits = BackgroundFits(lambda run_id: fitting_images(store.get(run_id), settings))

    def get(run_id: str) -> LoadedModel:
        loaded = models.get(run_id)
        fits.provide(loaded)
        return loaded

    live_models = LiveModels(store.folder)
    batches = BatchPrediction(lambda run_id: find_weights(store, run_id))
    inspector = Inspector(lambda run_id: models.get(run_id).model, lambda run_id: store.files.fetched(run_id, wait=0))
    output.write(to_line(READY))
    output.flush()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # the page process has ended
        for line in sys.stdin.buffer:
            reply = reply_to(line, lambda run_id: get(run_id).read, live_models.get, inspector.answer, batches.predict)
            output.write(to_line(reply))
            output.flush()
    return 0


def reply_to(
    line: bytes,
    get: "Callable[[str], ReadFunction]",
    get_live: "Callable[[str], LiveModel | None]" = lambda _run_id: None,
    inspect: "Callable[[object, str, Floats, object], dict[str, Any]] | None" = None,
    predict_batch: "Callable[[str, NDArray[np.uint8]], Floats] | None" = None,
) -> dict[str, Any]:
    """Reply to one request; an invalid request gives a reply with an error.

    Args:
        line: A request as `protocol` describes it.
        get: Returns the function that reads images with a run by its id, or raises a LabError.
        get_live: Returns the network of a run in training by the run's id, None if there is none, or raises a LabError.
        inspect: Returns the answer to a request with `inspect`, or raises a LabError.
        predict_batch: Returns the probabilities of many images, or raises a LabError.
    """
    request_id: object = None
    try:
        request = from_line(line)
        request_id = request.get("id")
        run_ids = _run_ids(request.get("runs"))
        if "images" in request and predict_batch is not None:
            images = unpack_images(request["images"])
            return {"id": request_id, "answers": [_batch_answer(run_id, images, predict_batch) for run_id in run_ids]}
        image = unpack(request["image"], IMAGE_SHAPE) if "image" in request else None
    except ProtocolError as error:
        return {"id": request_id, "error": f"The predictor received an invalid request: {error}."}
    if inspect is not None and image is not None and run_ids and "inspect" in request:
        return {
            "id": request_id,
            "answers": [
                _guarded(run_ids[0], partial(inspect, request["inspect"], run_ids[0], image, request.get("cell")))
            ],
        }
    live = get_live if request.get("live") is True else lambda _run_id: None
    return {"id": request_id, "answers": [_answer(run_id, image, get, live) for run_id in run_ids]}


def _run_ids(value: object) -> list[str]:
    if not isinstance(value, list) or not all(is_run_id(run_id) for run_id in value):
        raise ProtocolError("`runs` must be a list of run ids")
    return value


def _answer(
    run_id: str,
    image: Floats | None,
    get: "Callable[[str], ReadFunction]",
    get_live: "Callable[[str], LiveModel | None]",
) -> dict[str, Any]:
    def answer() -> dict[str, Any]:
        live = get_live(run_id)
        # A training that has just ended has no live weights any more, but its own.
        if live is not None:
            found: dict[str, Any] = {"run": run_id, "epoch": live.epoch}
            return found if image is None else {**found, "probabilities": pack(live.predict(image))}
        read = get(run_id)
        return {"run": run_id} if image is None else {"run": run_id, **_entry(read(image))}

    return _guarded(run_id, answer)


def _batch_answer(
    run_id: str, images: "NDArray[np.uint8]", predict_batch: "Callable[[str, NDArray[np.uint8]], Floats]"
) -> dict[str, Any]:
    return _guarded(run_id, lambda: {"run": run_id, "batch": pack(predict_batch(run_id, images))})


def _guarded(run_id: str, answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer for one run; if it fails, one that says why."""
    try:
        return answer()
    except TransitionError as error:
        return {"run": run_id, "error": str(error), "untrained": True}
    except LabError as error:
        return {"run": run_id, "error": str(error)}
    except Exception as error:
        logger.exception("run %s", run_id)
        return {"run": run_id, "error": f"The network of run {run_id} cannot be used: {type(error).__name__}."}


def _entry(reading: "Reading") -> dict[str, Any]:
    packed = {"probabilities": pack(reading.probabilities)}
    return packed if reading.digit_score is None else {**packed, **asdict(reading.digit_score)}


def _claim_stdout() -> BinaryIO:
    """Reserve standard output for replies; other output, also of C++ code, goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output
