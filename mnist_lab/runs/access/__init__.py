"""Who may change a run, and how much one browser may have in the queue."""
