"""The command line: `python -m mnist_lab COMMAND`, the same lab without a browser.

Exit status 0 for success, 2 for input that is refused (one line on standard error), 1 for anything that failed.
"""

from mnist_lab.cli.main import main

__all__ = ["main"]
