"""Runs: the run store with their records, states and metrics, and their files."""

from mnist_lab.runs.access.actor import MACHINE, Actor
from mnist_lab.runs.attempt import RunAttempt
from mnist_lab.runs.deletion import DeletedRun
from mnist_lab.runs.imported import ImportedRun
from mnist_lab.runs.records import REFERENCE, ControlState, DataInfo, Intervention, MetricPoint, Result, Run
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.shared.run_files import RunFiles
from mnist_lab.runs.state import ACTIVE_STATES, ENDED_STATES, TRANSITIONS, WAITING_STATES, Command, RunState
from mnist_lab.runs.store import RunStore, open_store

__all__ = [
    "ACTIVE_STATES",
    "ENDED_STATES",
    "MACHINE",
    "REFERENCE",
    "TRANSITIONS",
    "WAITING_STATES",
    "Actor",
    "Command",
    "ControlState",
    "DataInfo",
    "DeletedRun",
    "ImportedRun",
    "Intervention",
    "MetricPoint",
    "Result",
    "Run",
    "RunAttempt",
    "RunFiles",
    "RunFolder",
    "RunState",
    "RunStore",
    "open_store",
]
