"""The line beside the network's name on Start: its size, and what the marks in its picture mean."""

from mnist_lab import formatting
from mnist_lab.network import Analysis
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.compose.toolbar import why_not_trainable

_MAX_PROBLEMS = 3


def network_line(analysis: Analysis) -> str:
    """How large the network is and how many warnings it has, or why it cannot be trained."""
    if not analysis.valid:
        return f"! {why_not_trainable(analysis)}"
    parameters = f"{formatting.count(analysis.parameters)} parameters"
    warnings = len(analysis.warnings)
    return f"{parameters} · ! {formatting.quantity(warnings, 'warning')}" if warnings else parameters


def problems_help(analysis: Analysis) -> str | None:
    """The problems behind each "!" in the picture, as Markdown; None if there are none."""
    if not analysis.problems:
        return None
    lines = [f"- {plain(problem.message)}" for problem in analysis.problems[:_MAX_PROBLEMS]]
    if (more := len(analysis.problems) - _MAX_PROBLEMS) > 0:
        lines.append(f"- {more} more")
    return "\n".join(["“!” marks a layer with a problem. *Change it* leads to its repair.", "", *lines])
