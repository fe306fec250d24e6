"""The optimizers a recipe can name, with Keras's defaults in all that the recipe does not say."""

import keras

from mnist_lab.recipe import Recipe


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The recipe's optimizer; its learning rate is set anew at every step by the schedule."""
    rate = recipe.learning_rate
    match recipe.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=recipe.momentum)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "nadam":
            return keras.optimizers.Nadam(rate)
