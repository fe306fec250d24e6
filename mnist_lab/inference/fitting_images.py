"""The images to which the digits' subspaces of an older run are fitted. No TensorFlow here."""

from dataclasses import dataclass

from mnist_lab.data import Dataset, DataSource, load_dataset, load_mnist_sample
from mnist_lab.runs import Run
from mnist_lab.settings import Settings


@dataclass(frozen=True, eq=False)
class FittingImages:
    """Images, and whether what is fitted to them is good for later."""

    dataset: Dataset
    are_final: bool
    """False for the sample instead of MNIST: its test images were among those that the network was trained on."""
    why_not_final: str = ""


def fitting_images(run: Run, settings: Settings) -> FittingImages:
    """The data set that a run was trained on, from disk; where MNIST is not there, the sample.

    Raises:
        DataError: Neither is there.
    """
    if run.data is not None and run.data.source == DataSource.MNIST_SAMPLE:
        return FittingImages(load_mnist_sample(), are_final=True)
    dataset, why_not_mnist = load_dataset(settings)
    return FittingImages(dataset, why_not_mnist is None, why_not_mnist or "")
