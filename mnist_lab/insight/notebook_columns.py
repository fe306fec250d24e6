"""The six columns of the notebook's table of results."""

from typing import TYPE_CHECKING, Any

from mnist_lab.network import BatchNormalization, Conv2D, Dropout, Network, SpatialDropout2D

if TYPE_CHECKING:
    from mnist_lab.runs import Result

NOTEBOOK_COLUMNS = (
    "Convolution filters",
    "Convolution layers",
    "Test accuracy",
    "Test loss",
    "Dropout",
    "Batch norm",
)
"""The notebook's "CONV2d layers", "numberof_convolutionallayers", "testaccuracy", "test_score", "using_dropouts" and
"using_batch_n"."""


def convolution_filters(network: Network) -> list[int]:
    """Filters of each convolution, in order: [100, 250]."""
    return [layer.filters for layer in network.layers if isinstance(layer, Conv2D)]


def dropout_summary(network: Network) -> str:
    """Rates of the dropout layers, in order: "0.25, 0.5"; "no" if there is none."""
    rates = [layer.rate for layer in network.layers if isinstance(layer, Dropout | SpatialDropout2D)]
    return ", ".join(f"{rate:g}" for rate in rates) or "no"


def batch_norm_summary(network: Network) -> str:
    """Whether there is batch normalization, "yes" or "no", with the number of layers if several: "yes (2)"."""
    count = sum(isinstance(layer, BatchNormalization) for layer in network.layers)
    return "no" if not count else "yes" if count == 1 else f"yes ({count})"


def notebook_columns(network: Network, result: "Result | None") -> dict[str, Any]:
    """The notebook's six columns, in its order: list, int, float 0..1, float, text, text; None without a result."""
    filters = convolution_filters(network)
    values = (
        filters,
        len(filters),
        result.test_accuracy if result else None,
        result.test_loss if result else None,
        dropout_summary(network),
        batch_norm_summary(network),
    )
    return dict(zip(NOTEBOOK_COLUMNS, values, strict=True))
