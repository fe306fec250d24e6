"""The predictor process: questions on standard input, answers on standard output, until the input ends."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from mnist_lab.errors import LabError
from mnist_lab.inference.protocol import (
    PICTURE_SHAPE,
    READY,
    Floats,
    ProtocolError,
    from_line,
    is_run_id,
    pack,
    to_line,
    unpack,
)
from mnist_lab.inference.weights import find_weights
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings

logger = logging.getLogger(__name__)

# One picture is little work: more threads would gain nothing and take cores from a training that runs.
THREADS = 1


def main(settings: Settings) -> int:
    """Answer questions until standard input ends.

    Returns:
        The exit status, 0.
    """
    answers_out = _claim_stdout()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(THREADS)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # TensorFlow would take the whole memory of a GPU that a training needs
    from mnist_lab.inference.engine.model_cache import LoadedNetworks

    store = open_store(settings)
    networks = LoadedNetworks(lambda run_id: find_weights(store, settings, run_id))
    answers_out.write(to_line(READY))
    answers_out.flush()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # nobody is left to answer
        for line in sys.stdin.buffer:
            answers_out.write(to_line(answer(line, networks.get)))
            answers_out.flush()
    return 0


def answer(line: bytes, get: Callable[[str], Callable[[Floats], Floats]]) -> dict[str, Any]:
    """Answer one line; whatever it holds, the process goes on.

    Args:
        line: A question as `protocol` describes it.
        get: Gives the network of a run by its id, or raises a LabError.
    """
    question_id: object = None
    try:
        question = from_line(line)
        question_id = question.get("id")
        runs = _run_ids(question.get("runs"))
        picture = unpack(question["picture"], PICTURE_SHAPE) if "picture" in question else None
    except ProtocolError as error:
        return {"id": question_id, "sentence": f"The predictor cannot read this question: {error}."}
    return {"id": question_id, "answers": [_answer_of(run_id, picture, get) for run_id in runs]}


def _run_ids(value: object) -> list[str]:
    if not isinstance(value, list) or not all(is_run_id(run_id) for run_id in value):
        raise ProtocolError("`runs` must be a list of run ids")
    return value


def _answer_of(run_id: str, picture: Floats | None, get: Callable[[str], Callable[[Floats], Floats]]) -> dict[str, Any]:
    try:
        read = get(run_id)
        if picture is None:
            return {"run": run_id}
        return {"run": run_id, "probabilities": pack(read(picture))}
    except LabError as error:
        return {"run": run_id, "sentence": str(error)}
    except Exception as error:
        logger.exception("run %s", run_id)
        return {"run": run_id, "sentence": f"The network of run {run_id} cannot answer: {type(error).__name__}."}


def _claim_stdout() -> BinaryIO:
    """Keep standard output for answers alone; whatever else is printed, even by C++ code, goes to standard error."""
    answers_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers_out
