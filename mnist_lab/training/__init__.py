"""How a network learns: the worker process that trains one run, and the launcher that keeps workers coming.

Importing this package never loads TensorFlow; the worker does.
"""

from mnist_lab.training.foreground import train_run
from mnist_lab.training.launcher import Launcher
from mnist_lab.training.progress import Progress, ProgressCallback
from mnist_lab.training.submit import submit

__all__ = ["Launcher", "Progress", "ProgressCallback", "submit", "train_run"]
