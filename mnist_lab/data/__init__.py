"""The data sets: MNIST, from disk or downloaded, and a sample of it for use where MNIST is not available."""

from mnist_lab.data.augmented_digits import augmented_digits
from mnist_lab.data.dataset import Dataset, DataSource, class_counts, random_images
from mnist_lab.data.download import download_mnist
from mnist_lab.data.handwriting import EpochDigits, style_examples, template_sheet
from mnist_lab.data.load import load_dataset, load_mnist_from_disk
from mnist_lab.data.mnist import find_mnist, load_mnist
from mnist_lab.data.mnist_sample import load_mnist_sample
from mnist_lab.data.probe_digits import probe_indices
from mnist_lab.data.shared_mnist import fetch_mnist, share_mnist
from mnist_lab.data.split import Split, split_dataset

__all__ = [
    "DataSource",
    "Dataset",
    "EpochDigits",
    "Split",
    "augmented_digits",
    "class_counts",
    "download_mnist",
    "fetch_mnist",
    "find_mnist",
    "load_dataset",
    "load_mnist",
    "load_mnist_from_disk",
    "load_mnist_sample",
    "probe_indices",
    "random_images",
    "share_mnist",
    "split_dataset",
    "style_examples",
    "template_sheet",
]
