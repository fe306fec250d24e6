"""MNIST Lab: compose convolutional networks, train them on MNIST, compare the runs and let them read drawn digits."""

__version__ = "0.1.0"
