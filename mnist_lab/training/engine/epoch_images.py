"""The images that each epoch of a training shows, as tensors."""

import tensorflow as tf

from mnist_lab.data import EpochDigits, Split
from mnist_lab.recipe import HANDWRITING, Recipe


class EpochImages:
    """The training images of a split; some in another handwriting in the epochs in which the recipe wants that."""

    def __init__(self, split: Split, recipe: Recipe) -> None:
        self._recipe = recipe
        self._plain = tf.constant(split.train_images), tf.constant(split.train_labels)
        self._shares = HANDWRITING.get(recipe.augmentation)
        self._digits = self._shares and EpochDigits(split.train_images, split.train_labels, self._shares, recipe.seed)

    def of(self, epoch: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Images uint8 (n, 28, 28) and labels uint8 (n,) of an epoch, counted from 0.

        They depend on split, recipe and epoch alone; the training step shifts, turns and scales them.
        """
        if not (self._shares and self._digits and self._shares.are_in(epoch, self._recipe.epochs)):
            return self._plain
        images, labels = self._digits.of(epoch)
        return tf.constant(images), tf.constant(labels)
