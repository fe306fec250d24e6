"""A real worker whose user pauses its run in the second epoch, for the test that kills it."""

import sys

from mnist_lab.runs import Command, MetricPoint
from mnist_lab.settings import load_settings
from mnist_lab.training.reporter import Reporter
from mnist_lab.training.worker import main

ON_CHUNK_END = Reporter.on_chunk_end


def _on_chunk_end(self: Reporter, point: MetricPoint) -> Command:
    if 1 < point.epoch < 2:
        with self.connection.attempt._db.write() as connection:
            self.connection.attempt._update(connection, command=Command.PAUSE)
        self.connection._write()
    return ON_CHUNK_END(self, point)


if __name__ == "__main__":
    Reporter.on_chunk_end = _on_chunk_end  # type: ignore[method-assign]
    sys.exit(main(load_settings(), run_id=sys.argv[1]))
