"""Loads the data of a run, split as its recipe says."""

from mnist_lab.data import Digits, Source, Split, load_digits, load_uci_digits, split
from mnist_lab.runs import DataInfo, Run
from mnist_lab.settings import Settings


def load_split(settings: Settings, run: Run, *, resumes: bool = False) -> tuple[Split, DataInfo]:
    """Load the digits of a run, from disk only, and split them into training, validation and test images.

    Args:
        settings: Where to look.
        run: The run.
        resumes: Use the data the run was trained on before: the offline sample even if MNIST is available now.

    Raises:
        DataError: No digits are available, or they cannot be split as the recipe says.
    """
    recipe = run.recipe
    digits, fallback = _load(settings, run, resumes=resumes)
    limit = recipe.limit
    if digits.source is Source.UCI and limit is not None and limit > len(digits.train_labels):
        limit = None
        all_used = f" It has only {len(digits.train_labels):,} training images; all were used."
        fallback = fallback.removesuffix(all_used) + all_used
    parts = split(
        digits,
        validation=recipe.validation,
        fraction=recipe.validation_fraction,
        limit=limit,
        seed=recipe.seed,
    )
    return parts, _info(digits, parts, run, fallback)


def _load(settings: Settings, run: Run, *, resumes: bool) -> tuple[Digits, str]:
    if resumes and run.data is not None and run.data.source == Source.UCI:
        return load_uci_digits(settings), run.data.fallback
    digits, why_not_mnist = load_digits(settings, download=False)
    if why_not_mnist is None:
        return digits, ""
    return digits, f"Trained on {digits.title}, because MNIST could not be had: {why_not_mnist}"


def _info(digits: Digits, parts: Split, run: Run, fallback: str) -> DataInfo:
    return DataInfo(
        source=digits.source.value,
        title=digits.title,
        fingerprint=digits.fingerprint,
        training=len(parts.train_labels),
        validation=len(parts.validation_labels),
        test=len(parts.test_labels),
        validation_choice=run.recipe.validation,
        fallback=fallback,
    )
