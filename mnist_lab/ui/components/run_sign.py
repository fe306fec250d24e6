"""The sign of a run beside its name: the line and marker that it has in every chart that compares runs."""

from mnist_lab.charts import swatch_svg
from mnist_lab.runs import Run
from mnist_lab.ui.components.themed_html import themed_html

SIGN_WIDTH = 24
"""Pixels."""


def run_sign(run: Run) -> None:
    """Draw the sign of a run."""
    themed_html(swatch_svg(run.number), key="run-sign", width=SIGN_WIDTH)
