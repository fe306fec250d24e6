"""Training: the worker process that trains one run, and the launcher that starts workers.

Importing this package does not load TensorFlow; only `engine` does.
"""

from mnist_lab.training.callbacks import Progress, ProgressListener
from mnist_lab.training.foreground import train_run
from mnist_lab.training.launcher import Launcher
from mnist_lab.training.submit import submit

__all__ = ["Launcher", "Progress", "ProgressListener", "submit", "train_run"]
