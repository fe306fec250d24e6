"""How large a network may be: checked before anything is started, and refused in one sentence with the number."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_lab.network.analysis import Analysis

MAX_LAYERS = 64
"""Layers of a network, implied ones not counted."""
MAX_PARAMETERS = 20_000_000
"""Parameters of a network, closing layer included."""
MAX_KERNEL = 55
"""Rows and columns of a kernel. On a 28×28 picture the weights of a larger one would only ever meet padding, and
TensorFlow aborts the process at about 300."""


def check_memory(analysis: "Analysis", batch_size: int, budget_gib: float) -> str | None:
    """Return the sentence that refuses a training which would not fit into `budget_gib` GiB; None if it fits."""
    needed = analysis.memory(batch_size)
    if needed <= budget_gib * 2**30:
        return None
    return (
        f"Training this network with batch size {batch_size:,} is estimated to need "
        f"{needed / 2**30:,.1f} GiB of memory, more than the {budget_gib:,.1f} GiB that one training may use: "
        f"{_way_out(analysis, batch_size, budget_gib)}."
    )


def _way_out(analysis: "Analysis", batch_size: int, budget_gib: float) -> str:
    per_picture = analysis.memory(1) - analysis.memory(0)
    fitting = int((budget_gib * 2**30 - analysis.memory(0)) // per_picture)
    if fitting < 1 or batch_size < 2:
        return "use fewer filters, or pool earlier"
    return f"use a batch size of at most {fitting:,}, fewer filters, or pool earlier"
