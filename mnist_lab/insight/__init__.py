"""What the numbers mean: confusions, readings of a digit, differences between runs, and whether one is better."""

from mnist_lab.insight.confusion import (
    Confused,
    confusion_matrix,
    most_confused,
    per_class_accuracy,
    worst_mistakes,
)
from mnist_lab.insight.difference import Difference, differences, layers_of_its_own
from mnist_lab.insight.reading import Reading, read_probabilities
from mnist_lab.insight.summary import (
    NOTEBOOK_COLUMNS,
    batch_norm_summary,
    convolution_filters,
    dropout_summary,
    notebook_columns,
)
from mnist_lab.insight.verdict import Verdict, accuracy_standard_error, compare_pair, mid_p

__all__ = [
    "NOTEBOOK_COLUMNS",
    "Confused",
    "Difference",
    "Reading",
    "Verdict",
    "accuracy_standard_error",
    "batch_norm_summary",
    "compare_pair",
    "confusion_matrix",
    "convolution_filters",
    "differences",
    "dropout_summary",
    "layers_of_its_own",
    "mid_p",
    "most_confused",
    "notebook_columns",
    "per_class_accuracy",
    "read_probabilities",
    "worst_mistakes",
]
