"""The commands `worker` and `predictor`: processes that the app starts and that import TensorFlow."""

import argparse

from mnist_lab.settings import Settings


def worker(options: argparse.Namespace, settings: Settings) -> int:
    """Train the named run, the next one in the queue, or all of them until it is told to stop."""
    if options.stay:
        from mnist_lab.training.stay import stay

        return stay(settings, wait=options.wait)
    from mnist_lab.training import worker as process

    return process.main(settings, run_id=options.run, takes_slot=not options.without_slot)


def predictor(_options: argparse.Namespace, settings: Settings) -> int:
    """Answer requests until standard input ends."""
    from mnist_lab.inference.engine import server

    return server.main(settings)
