"""A network as plain data: layers, shapes, cost, diagnosis, presets, JSON and Keras source, without TensorFlow."""

from mnist_lab.network.analysis import Analysis, LayerReport, analyse, ensure_trainable, insertion_index, memory_error
from mnist_lab.network.completed import OUTPUT_LAYER
from mnist_lab.network.diagnosis.problem import Problem, Repair
from mnist_lab.network.edit_history import EditHistory
from mnist_lab.network.explanations import ARGUMENT_EXPLANATIONS, KIND_EXPLANATIONS, Explanation, argument_line
from mnist_lab.network.json_io import analysis_to_data, network_from_data, network_from_json
from mnist_lab.network.keras_import import network_from_file
from mnist_lab.network.keras_source import keras_source, model_source
from mnist_lab.network.labels import TITLES, inline_label, label, summary
from mnist_lab.network.layers import (
    ACTIVATIONS,
    IDLE_KINDS,
    KIND_GROUPS,
    KINDS,
    LAYER_CLASSES,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    SpatialDropout2D,
    default_layer,
    shared_arguments,
)
from mnist_lab.network.limits import MAX_ARGUMENT, MAX_KERNEL, MAX_LAYERS, MAX_NAME_LENGTH, MAX_PARAMETERS
from mnist_lab.network.network import Network, moved_order
from mnist_lab.network.presets import (
    DEFAULT_PRESET,
    PRESETS,
    PURPOSES,
    Preset,
    Purpose,
    get_preset,
    marked_as_changed,
    matching_preset,
)
from mnist_lab.network.repeats import Repeat, find_repeats
from mnist_lab.network.shapes import CLASSES, INPUT_SHAPE
from mnist_lab.network.training_cost import TYPICAL_SPEED, MachineSpeed, TrainingWork, training_work
from mnist_lab.network.url import Link, link_from_network, network_from_link, read_link

__all__ = [
    "ACTIVATIONS",
    "ARGUMENT_EXPLANATIONS",
    "CLASSES",
    "DEFAULT_PRESET",
    "IDLE_KINDS",
    "INPUT_SHAPE",
    "KINDS",
    "KIND_EXPLANATIONS",
    "KIND_GROUPS",
    "LAYER_CLASSES",
    "MAX_ARGUMENT",
    "MAX_KERNEL",
    "MAX_LAYERS",
    "MAX_NAME_LENGTH",
    "MAX_PARAMETERS",
    "OUTPUT_LAYER",
    "PRESETS",
    "PURPOSES",
    "TITLES",
    "TYPICAL_SPEED",
    "Activation",
    "Analysis",
    "AnyLayer",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "EditHistory",
    "Explanation",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Layer",
    "LayerReport",
    "Link",
    "MachineSpeed",
    "MaxPooling2D",
    "Network",
    "Preset",
    "Problem",
    "Purpose",
    "Repair",
    "Repeat",
    "SpatialDropout2D",
    "TrainingWork",
    "analyse",
    "analysis_to_data",
    "argument_line",
    "default_layer",
    "ensure_trainable",
    "find_repeats",
    "get_preset",
    "inline_label",
    "insertion_index",
    "keras_source",
    "label",
    "link_from_network",
    "marked_as_changed",
    "matching_preset",
    "memory_error",
    "model_source",
    "moved_order",
    "network_from_data",
    "network_from_file",
    "network_from_json",
    "network_from_link",
    "read_link",
    "shared_arguments",
    "summary",
    "training_work",
]
