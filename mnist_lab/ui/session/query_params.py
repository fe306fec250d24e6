"""The names of the URL's query parameters."""

RUN = "run"
"""The address parameter that names the run shown."""


RUNS = "runs"
"""The address parameter that names the chosen runs."""


SWEEP = "sweep"
"""The address parameter that names the sweep."""
