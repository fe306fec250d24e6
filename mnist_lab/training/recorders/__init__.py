"""Callbacks and threads that write files during a training: checkpoints, snapshots, live weights."""
