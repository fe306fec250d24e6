"""What the numbers mean: confusions, readings, differences between runs, which is better, how long one takes."""

from mnist_lab.insight.confusion import (
    Confused,
    most_confused,
    worst_mistakes,
)
from mnist_lab.insight.duration_estimate import Duration, Pace, expected_duration, paces
from mnist_lab.insight.notebook_columns import (
    NOTEBOOK_COLUMNS,
    batch_norm_summary,
    convolution_filters,
    dropout_summary,
    notebook_columns,
)
from mnist_lab.insight.prediction import Reading, read_probabilities
from mnist_lab.insight.remaining_time import expected_starts, is_settled, seconds_left
from mnist_lab.insight.run_diff import Difference, differences, layers_of_its_own
from mnist_lab.insight.significance import Verdict, accuracy_standard_error, compare_pair, mid_p

__all__ = [
    "NOTEBOOK_COLUMNS",
    "Confused",
    "Difference",
    "Duration",
    "Pace",
    "Reading",
    "Verdict",
    "accuracy_standard_error",
    "batch_norm_summary",
    "compare_pair",
    "convolution_filters",
    "differences",
    "dropout_summary",
    "expected_duration",
    "expected_starts",
    "is_settled",
    "layers_of_its_own",
    "mid_p",
    "most_confused",
    "notebook_columns",
    "paces",
    "read_probabilities",
    "seconds_left",
    "worst_mistakes",
]
