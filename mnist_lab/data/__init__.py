"""Where digits come from: MNIST (on disk or downloaded), and the UCI digits as the offline sample."""

from mnist_lab.data.dataset import CLASSES, Digits, Source, class_counts, samples
from mnist_lab.data.download import download_mnist
from mnist_lab.data.load import load_digits
from mnist_lab.data.mnist import find_mnist, load_mnist
from mnist_lab.data.probe_digits import probe_places
from mnist_lab.data.split import Split, split
from mnist_lab.data.uci import load_uci_digits

__all__ = [
    "CLASSES",
    "Digits",
    "Source",
    "Split",
    "class_counts",
    "download_mnist",
    "find_mnist",
    "load_digits",
    "load_mnist",
    "load_uci_digits",
    "probe_places",
    "samples",
    "split",
]
