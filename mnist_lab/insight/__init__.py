"""Evaluation of runs: confusions, predictions, diffs, significance, and estimated durations."""

from mnist_lab.insight.confusion import (
    Confusion,
    count_images,
    find_images,
    most_confused,
)
from mnist_lab.insight.duration_estimate import (
    DurationEstimate,
    Throughput,
    estimate_duration,
    past_throughputs,
    was_trained_elsewhere,
)
from mnist_lab.insight.notebook_columns import (
    NOTEBOOK_COLUMNS,
    batch_norm_summary,
    convolution_filters,
    dropout_summary,
    notebook_columns,
)
from mnist_lab.insight.number import NumberPrediction, interpret_number
from mnist_lab.insight.prediction import Prediction, interpret_probabilities
from mnist_lab.insight.remaining_time import expected_starts, is_settled, seconds_left
from mnist_lab.insight.run_diff import FieldDiff, diff_runs, unshared_layers
from mnist_lab.insight.significance import SignificanceTest, accuracy_standard_error, compare_pair, mcnemar_mid_p

__all__ = [
    "NOTEBOOK_COLUMNS",
    "Confusion",
    "DurationEstimate",
    "FieldDiff",
    "NumberPrediction",
    "Prediction",
    "SignificanceTest",
    "Throughput",
    "accuracy_standard_error",
    "batch_norm_summary",
    "compare_pair",
    "convolution_filters",
    "count_images",
    "diff_runs",
    "dropout_summary",
    "estimate_duration",
    "expected_starts",
    "find_images",
    "interpret_number",
    "interpret_probabilities",
    "is_settled",
    "mcnemar_mid_p",
    "most_confused",
    "notebook_columns",
    "past_throughputs",
    "seconds_left",
    "unshared_layers",
    "was_trained_elsewhere",
]
