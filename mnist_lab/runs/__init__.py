"""What happened: the runs, their states, figures, curves and files, kept in the run store."""

from mnist_lab.runs.imported import Adopted
from mnist_lab.runs.records import DIVERGED, REFERENCE, DataInfo, MetricPoint, Result, Run, Wanted
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.state import ACTIVE_STATES, ENDED_STATES, LEGAL_MOVES, Command, RunState
from mnist_lab.runs.store import RunStore, open_store

__all__ = [
    "ACTIVE_STATES",
    "DIVERGED",
    "ENDED_STATES",
    "LEGAL_MOVES",
    "REFERENCE",
    "Adopted",
    "Command",
    "DataInfo",
    "MetricPoint",
    "Result",
    "Run",
    "RunFolder",
    "RunState",
    "RunStore",
    "Wanted",
    "open_store",
]
