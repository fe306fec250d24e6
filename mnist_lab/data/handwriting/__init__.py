"""Digits as other people write them, made for training: MNIST's digits in other styles, and digits from templates."""

from mnist_lab.data.handwriting.epoch_digits import EpochDigits
from mnist_lab.data.handwriting.examples import style_examples, template_sheet
from mnist_lab.data.handwriting.template_digits import template_digits

__all__ = ["EpochDigits", "style_examples", "template_digits", "template_sheet"]
