"""Which images the subspaces of an older run are fitted to."""

from dataclasses import replace

import pytest

from mnist_lab.data import DataSource
from mnist_lab.inference.fitting_images import fitting_images
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DataInfo


@pytest.mark.parametrize(("source", "are_final"), [("mnist", False), ("mnist-sample", True)])
def test_the_sample_is_final_for_a_run_that_was_trained_on_it(store, settings, tmp_path, source, are_final):
    nowhere = settings.model_copy(update={"data": tmp_path / "nothing-here"})
    data = DataInfo(source, "A title", "0" * 16, 1, 1, 1, "holdout")
    run = replace(store.create(PRESETS["tiny"].network, Recipe()), data=data)

    images = fitting_images(run, nowhere)

    assert images.dataset.source is DataSource.MNIST_SAMPLE
    assert images.are_final is are_final
    assert ("MNIST_LAB_DATA" in images.why_not_final) is not are_final
