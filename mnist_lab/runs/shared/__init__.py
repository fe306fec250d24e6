"""The files of the runs in an object store: what is there, how it gets there, and its copies on this machine."""
