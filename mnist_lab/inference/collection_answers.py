"""Shows the drawings of the collection to the network of a run, if it has not answered them before."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mnist_lab.files import file_version
from mnist_lab.handwriting import Collection, CollectionIndex
from mnist_lab.handwriting.answers import Answers, read_answers, write_answers
from mnist_lab.handwriting.collection_index import keys_of
from mnist_lab.inference.protocol import MAX_IMAGES, Floats
from mnist_lab.inference.weights import Weights
from mnist_lab.runs import RunFolder

PredictImages = Callable[[str, NDArray[np.uint8]], Floats]
"""From a run's id and images (n, 28, 28) to probabilities (n, 10)."""


def missing_ids(index: CollectionIndex, answers: Answers) -> list[str]:
    """The ids of the drawings that have no answer, in the order of the collection."""
    found: list[str] = index.ids[~np.isin(index.keys, answers.keys)].tolist()
    return found


def update_answers(
    collection: Collection, index: CollectionIndex, folder: RunFolder, weights: Weights, predict: PredictImages
) -> Answers:
    """The answers of a run's network for all drawings; the new ones are kept in its folder.

    Raises:
        PredictorError: The network cannot be used.
        StoreError: The drawings cannot be read, or the answers cannot be written.
    """
    version = file_version(weights.path)
    answers = read_answers(folder, version)
    missing = missing_ids(index, answers)
    for start in range(0, len(missing), MAX_IMAGES):
        drawings = collection.drawings(missing[start : start + MAX_IMAGES])
        if drawings:
            images = np.stack([each.pixels for each in drawings])
            answers = answers.with_more(keys_of([each.id for each in drawings]), predict(weights.run_id, images))
    if missing:
        write_answers(folder, answers, version)
    return answers
