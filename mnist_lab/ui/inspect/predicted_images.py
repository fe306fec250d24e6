"""The test images of a run with its predictions, if they are here."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_lab.charts import ImageCard
from mnist_lab.errors import StoreError
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.services.container import services


class PredictedImages(NamedTuple):
    """Test images, n of them."""

    images: NDArray[np.uint8]
    """Shape (n, 28, 28)."""
    labels: NDArray[np.uint8]
    """The true digits, shape (n,)."""
    probabilities: NDArray[np.float32]
    """Shape (n, 10)."""

    def card(self, index: int) -> ImageCard:
        """The card of one image."""
        return ImageCard(index, self.images[index], int(self.labels[index]), self.probabilities[index])


def predicted_images(run: Run) -> PredictedImages | str:
    """The test images of a run with its predictions, or why they cannot be shown, as Markdown."""
    try:
        predictions = services().store.files.fetch(run.id).read_predictions()
    except StoreError as error:
        return plain(for_viewer(error))
    if predictions is None:
        return "This run has no stored predictions, so its images cannot be shown."
    dataset = None if run.data is None else services().datasets.find(run.data.fingerprint)
    if dataset is None:
        title = "unknown" if run.data is None else plain(run.data.title)
        return f"The test images of this run (data set: {title}) are not available here, so they cannot be shown."
    probabilities, labels = predictions
    if len(labels) != len(dataset.test_labels):
        return "The stored predictions do not belong to this run's test images; train the run again to get them back."
    return PredictedImages(dataset.test_images, labels, probabilities)
