"""Commands that the app starts: processes of its own that have TensorFlow."""

import argparse

from mnist_lab.settings import Settings


def worker(options: argparse.Namespace, settings: Settings) -> int:
    """Train one run: the one named, or the next in the queue."""
    from mnist_lab.training import worker as process

    return process.main(settings, run_id=options.run)


def predictor(_options: argparse.Namespace, settings: Settings) -> int:
    """Answer questions until standard input ends."""
    from mnist_lab.inference.engine import server

    return server.main(settings)
