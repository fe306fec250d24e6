"""The data of a run, split as its recipe says."""

from mnist_lab.data import Dataset, DataSource, Split, load_dataset, load_mnist_sample, split_dataset
from mnist_lab.errors import DataError
from mnist_lab.runs import DataInfo, Run
from mnist_lab.settings import Settings


def load_split(settings: Settings, run: Run, *, resumes: bool = False) -> tuple[Split, DataInfo]:
    """Load the data of a run, from disk only, and split it.

    Args:
        settings: Folders in which to search for MNIST.
        run: The run to train.
        resumes: Whether the run resumes. Then it uses its earlier data set, so the sample even if MNIST is available.

    Raises:
        DataError: No data set is available, or it cannot be split as the recipe requires.
    """
    recipe = run.recipe
    dataset, fallback = _load(settings, run, resumes=resumes)
    limit, available = recipe.limit, len(dataset.train_labels)
    if dataset.source is DataSource.MNIST_SAMPLE and limit is not None and limit > available:
        limit = None
        all_used = f" It has only {available:,} training images; all were used."
        fallback = fallback.removesuffix(all_used) + all_used
    split = split_dataset(
        dataset,
        validation=recipe.validation,
        fraction=recipe.validation_fraction,
        limit=limit,
        seed=recipe.seed,
    )
    return split, _info(dataset, split, run, fallback)


def _load(settings: Settings, run: Run, *, resumes: bool) -> tuple[Dataset, str]:
    if resumes and run.data is not None:
        if run.data.source == DataSource.UCI:
            raise DataError(
                f"This run was trained on the {run.data.title}, which this version of the lab no longer has, so it"
                " cannot be resumed. Nothing was changed. Train its network again as a new run."
            )
        if run.data.source == DataSource.MNIST_SAMPLE:
            return load_mnist_sample(), run.data.fallback
    dataset, why_not_mnist = load_dataset(settings, download=False)
    if why_not_mnist is None:
        return dataset, ""
    return dataset, f"Trained on the {dataset.title}, because MNIST was not available: {why_not_mnist}"


def _info(dataset: Dataset, split: Split, run: Run, fallback: str) -> DataInfo:
    return DataInfo(
        source=dataset.source.value,
        title=dataset.title,
        fingerprint=dataset.fingerprint,
        training=len(split.train_labels),
        validation=len(split.validation_labels),
        test=len(split.test_labels),
        validation_choice=run.recipe.validation,
        fallback=fallback,
    )
