"""The command line, `python -m mnist_lab COMMAND`: the lab without a browser.

Exit status: 0 for success, 2 for refused input (one line on standard error), 1 for any other failure.
"""

from mnist_lab.cli.main import main

__all__ = ["main"]
