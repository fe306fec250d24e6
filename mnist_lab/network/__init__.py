"""What a network is, as plain data: layers, shapes, cost, diagnosis, presets, Keras source. No TensorFlow."""

from mnist_lab.formatting import size_text
from mnist_lab.network.analysis import Analysis, LayerReport, analyse, check_memory, ensure_trainable, place_for
from mnist_lab.network.diagnosis.problem import Problem, Repair
from mnist_lab.network.edit_history import History
from mnist_lab.network.json_io import network_from_data, network_from_json
from mnist_lab.network.keras_source import keras_source
from mnist_lab.network.labels import TITLES, label, summary
from mnist_lab.network.layers import (
    ACTIVATIONS,
    CLOSING_LAYER,
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
)
from mnist_lab.network.limits import MAX_KERNEL, MAX_LAYERS, MAX_PARAMETERS
from mnist_lab.network.network import Network
from mnist_lab.network.presets import DEFAULT_PRESET, PRESETS, Preset, get_preset
from mnist_lab.network.shapes import CLASSES, INPUT_SHAPE
from mnist_lab.network.training_cost import TYPICAL, MachineSpeed, Work, training_work
from mnist_lab.network.url import link_from_network, network_from_link

__all__ = [
    "ACTIVATIONS",
    "CLASSES",
    "CLOSING_LAYER",
    "DEFAULT_PRESET",
    "INPUT_SHAPE",
    "KINDS",
    "KIND_GROUPS",
    "LAYER_CLASSES",
    "MAX_KERNEL",
    "MAX_LAYERS",
    "MAX_PARAMETERS",
    "PRESETS",
    "TITLES",
    "TYPICAL",
    "Activation",
    "Analysis",
    "AnyLayer",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "History",
    "Layer",
    "LayerReport",
    "MachineSpeed",
    "MaxPooling2D",
    "Network",
    "Preset",
    "Problem",
    "Repair",
    "SpatialDropout2D",
    "Work",
    "analyse",
    "check_memory",
    "default_layer",
    "ensure_trainable",
    "get_preset",
    "keras_source",
    "label",
    "link_from_network",
    "network_from_data",
    "network_from_json",
    "network_from_link",
    "place_for",
    "size_text",
    "summary",
    "training_work",
]
