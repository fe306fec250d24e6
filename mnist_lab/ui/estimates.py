"""What a network would take on this machine, before it is trained."""

from mnist_lab.charts import text
from mnist_lab.network import Analysis, check_memory
from mnist_lab.recipe import Recipe
from mnist_lab.settings import load_settings


def memory_sentence(analysis: Analysis) -> str:
    """Say how much memory a training with the default batch takes, or that it is more than one training may use."""
    batch_size = Recipe().batch_size
    refused = check_memory(analysis, batch_size, load_settings().memory)
    return refused or f"About {text.size(analysis.memory(batch_size))} of memory to train, in batches of {batch_size}."
