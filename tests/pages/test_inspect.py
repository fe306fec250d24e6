"""The Inspect page in each of its states, without a browser."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab import formatting
from mnist_lab.data import DataSource, load_mnist_sample
from mnist_lab.runs import RunState, RunStore
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import HOSTILE, ended

PAGE = Path(__file__).resolve().parents[2] / "pages" / "inspect.py"


@pytest.fixture
def store() -> RunStore:
    return services().store


def opened(**parameters: str) -> AppTest:
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in parameters.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def page_text(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.subheader, test.warning, test.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def captions(test: AppTest) -> list[str]:
    return [caption for image in test.get("image") for caption in image.captions]


def test_an_empty_store_offers_the_next_step():
    page = opened()
    assert [button.key for button in page.button] == ["inspect-train", "inspect-compose"]


def test_a_failed_run_has_nothing_to_inspect(store):
    ended(store, state=RunState.FAILED, message="Out of memory.")
    assert not opened().metric


def test_accuracy_comes_with_its_standard_error(store):
    result = ended(store, wrong=10).result
    figures = {metric.label: metric.value for metric in opened().metric}
    assert figures == {
        "Test accuracy": "90.00 ± 3.00 %",
        "Test loss": formatting.loss(result.test_loss),
        "Misclassified": "10 of 100",
    }


def test_the_mistakes_are_shown_as_images(store):
    dataset = services().datasets.current()
    ended(store, dataset=dataset, wrong=3)
    page = opened()
    true = int(dataset.test_labels[0])
    assert len(captions(page)) == 3
    assert f"true {true}, predicted {(true + 1) % 10} (91\u00a0%)" in captions(page)


def test_mistakes_on_the_sample_are_shown_even_if_mnist_is_loaded(store):
    ended(store, dataset=load_mnist_sample(), wrong=3, source=DataSource.MNIST_SAMPLE)
    assert "true 0, predicted 1 (91\u00a0%)" in captions(opened())


@pytest.mark.parametrize("source", [DataSource.MNIST, DataSource.UCI])
def test_images_of_other_data_are_not_shown(store, source):
    ended(store, source=source)
    page = opened()
    assert captions(page) == []
    assert "cannot be shown" in page_text(page)


def test_a_run_without_mistakes(store):
    ended(store, dataset=services().datasets.current(), wrong=0)
    page = opened()
    assert "Every test image is classified correctly" in page_text(page)
    assert "The network classified every test image correctly" in page_text(page)


def test_damaged_and_missing_predictions_give_a_message(store):
    run = ended(store)
    store.folder(run.id).predictions_path.write_bytes(b"not an archive")
    assert "damaged" in page_text(opened())
    store.folder(run.id).predictions_path.unlink()
    assert "no stored predictions" in page_text(opened())


def test_predictions_of_other_images_give_a_message(store):
    run = ended(store, dataset=services().datasets.current())
    store.folder(run.id).write_predictions(np.full((20_000, 10), 0.1, np.float32), np.zeros(20_000, np.uint8))
    page = opened()
    assert not page.exception
    assert "do not belong to this run's test images" in page_text(page)


def test_the_url_selects_the_run(store):
    other = ended(store, "Other", wrong=50, state=RunState.STOPPED)
    best = ended(store, "Best")
    assert opened().selectbox(key="inspect-run").value == best.id
    assert opened(run=other.id).metric[0].value.startswith("50.00")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_escaped(store, name):
    ended(store, name)
    assert "<script>" not in page_text(opened(run=name[:50]))
