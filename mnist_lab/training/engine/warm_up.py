"""Prepares a worker before it has a run, so that the run's first point comes sooner."""

import logging

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.data import load_dataset
from mnist_lab.errors import LabError
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.settings import Settings
from mnist_lab.training.engine.model import build, make_optimizer
from mnist_lab.training.engine.precision import choose_precision
from mnist_lab.training.engine.train_step import StepRunner

log = logging.getLogger(__name__)


def warm_up(settings: Settings) -> None:
    """Load the data set, and train a small network for two steps.

    TensorFlow and Keras load some of their code only when they first build, trace and compute. This does not change
    the results of a later training, which sets all seeds itself.
    """
    try:
        load_dataset(settings)
    except LabError as error:
        log.info("The data set is not available yet: %s", error)
    recipe = Recipe(batch_size=10)
    model = build(get_preset("tiny").network, seed=0, precision=choose_precision(settings, "auto"))
    step_runner = StepRunner(model, make_optimizer(recipe), recipe)
    images, labels = tf.zeros((20, 28, 28), tf.uint8), tf.zeros(20, tf.uint8)
    order, rates = tf.range(20), tf.constant(np.full(2, 1e-3, np.float32))
    step_runner.run(images, labels, order, rates, first_batch=0, first_step=0, count=2)
    keras.backend.clear_session()
