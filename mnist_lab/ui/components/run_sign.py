"""The sign of a run beside its name: the line and marker that it has in every chart that compares runs."""

from mnist_lab.charts import swatch_svg
from mnist_lab.runs import Run
from mnist_lab.ui.components.themed_html import themed_html

SIGN_WIDTH = 24
"""Pixels."""
_BOX_HEIGHT = "2.5rem"
"""Of a select box."""


def run_sign(run: Run, *, beside_box: bool = False) -> None:
    """Draw the sign of a run; beside a select box it is as high as the box, and in its middle."""
    sign = swatch_svg(run.number)
    if beside_box:
        sign = f'<div style="height:{_BOX_HEIGHT};display:flex;align-items:center">{sign}</div>'
    themed_html(sign, key="run-sign", width=SIGN_WIDTH)
