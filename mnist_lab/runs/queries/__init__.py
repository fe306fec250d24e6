"""Questions about many runs that the database answers: search, runs of a network, order of the queue."""
