"""The names of the URL's query parameters."""

RUN = "run"
"""The id of the run shown."""
RUNS = "runs"
"""The ids of the chosen runs, separated by commas."""
SWEEP = "sweep"
"""The name of the sweep."""
