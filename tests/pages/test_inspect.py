"""The Inspect page in each of its states, without a browser."""

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab import formatting
from mnist_lab.data import DataSource, load_mnist_sample
from mnist_lab.runs import RunState, RunStore
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import HOSTILE, ended
from tests.pages.train_page import components

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
    kinds = (test.markdown, test.caption, test.subheader, test.warning, test.error, test.info, test.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def cards(test: AppTest) -> list[str]:
    """The text alternatives of the images shown."""
    html = "".join(data["html"] for data in components(test, "themed_html") if "lab-cards" in data["html"])
    return re.findall(r'<img src="[^"]*" alt="([^"]*)"', html)


def pressed(test: AppTest) -> list[str]:
    """The parts of the confusion matrix whose buttons are pressed."""
    (html,) = (data[0] for data in components(test, "confusion_view"))
    return re.findall(r'data-part="([^"]*)"[^>]*aria-pressed="true"', html)


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


def test_all_mistakes_are_shown_page_by_page(store):
    dataset = services().datasets.current()
    run = ended(store, dataset=dataset, wrong=60)
    page = opened()
    true = int(dataset.test_labels[0])
    assert "All mistakes · 60 images" in page_text(page)
    assert cards(page)[0] == f"A {true}, read as {(true + 1) % 10}, 91 %"
    assert len(cards(page)) == 24
    (pager,) = page.pagination
    assert pager.num_pages == 3
    pager.set_value(3).run()
    assert len(cards(page)) == 12
    assert page.query_params["sheet"] == "3"
    assert cards(opened(run=run.id, sheet="3")) == cards(page)
    # As the browser's Back does.
    page.query_params["sheet"] = "2"
    page.run()
    assert page.pagination[0].value == 2


@pytest.mark.parametrize(("sheet", "shown"), [("0", 1), ("99", 3), ("-1", 1), ("²", 1), ("9" * 5000, 1), ("x", 1)])
def test_a_page_that_does_not_exist_is_the_nearest_or_the_first(store, sheet, shown):
    run = ended(store, dataset=services().datasets.current(), wrong=60)
    page = opened(sheet=sheet)
    assert page.pagination[0].value == shown
    assert dict(page.query_params) == {"run": run.id} | ({"sheet": str(shown)} if shown > 1 else {})


@pytest.mark.parametrize("has_images", [True, False])
def test_a_choice_that_does_not_exist_leaves_the_url(store, has_images):
    dataset = services().datasets.current()
    run = ended(store, dataset=dataset, wrong=60) if has_images else ended(store, wrong=10)
    page = opened(true="zzz", read="8", order="any", sheet="x", other="kept")
    assert dict(page.query_params) == {"run": run.id, "read": "8", "other": "kept"}
    assert "Other digits read as 8" in page_text(page)


def test_the_url_selects_the_images_and_their_order(store):
    dataset = services().datasets.current()
    ended(store, dataset=dataset, wrong=60)
    count = int((dataset.test_labels[:60] == 7).sum())
    page = opened(true="7", read="8")
    assert f"7 read as 8 · {count} image" in page_text(page)
    assert set(cards(page)) == {"A 7, read as 8, 91 %"}
    assert len(cards(page)) == count
    assert pressed(page)[0] == "7,8"
    assert "7 read as another digit" in page_text(opened(true="7"))
    assert "Other digits read as 8" in page_text(opened(read="8"))


def test_the_least_certain_mistakes_can_come_first(store):
    dataset = services().datasets.current()
    run = ended(store, dataset=dataset, wrong=30)
    probabilities, labels = store.folder(run.id).read_predictions()
    probabilities = probabilities.copy()
    probabilities[4, (labels[4] + 1) % 10] = 0.6
    store.folder(run.id).write_predictions(probabilities, labels)
    page = opened()
    assert "60 %" not in cards(page)[0]
    page.selectbox(key="images-order").set_value("least").run()
    assert cards(page)[0].endswith("60 %")
    assert page.query_params["order"] == "least"
    assert cards(opened(order="least")) == cards(page)


def test_wrong_names_in_the_url_show_all_mistakes(store):
    ended(store, dataset=services().datasets.current(), wrong=3)
    for parameters in ({"true": "12"}, {"true": "<b>"}, {"read": "-1"}, {"order": "x"}):
        assert "All mistakes · 3 images" in page_text(opened(**parameters))


def test_the_select_boxes_choose_the_images_without_a_click_on_the_matrix(store):
    dataset = services().datasets.current()
    ended(store, dataset=dataset, wrong=60)
    page = opened(sheet="2")
    page.selectbox(key="images-true").set_value("7").run()
    page.selectbox(key="images-read").set_value("7").run()
    assert "7 read correctly" in page_text(page)
    # The interesting ones first.
    assert page.selectbox(key="images-order").value == "least"
    assert set(cards(page)) == {"A 7, read as 7, 91 %"}
    assert pressed(page) == ["7,7"]
    assert "sheet" not in page.query_params
    page.button(key="show-all-mistakes").click().run()
    assert "All mistakes · 60 images" in page_text(page)
    assert page.selectbox(key="images-order").value == "most"
    assert pressed(page) == []
    assert "show-all-mistakes" not in [button.key for button in page.button]


def test_a_part_without_images_says_so(store):
    ended(store, dataset=services().datasets.current(), wrong=0)
    page = opened(true="7", read="3")
    assert "7 read as 3 · none" in page_text(page)
    assert "No test image is of this kind" in page_text(page)
    assert cards(page) == []


def test_mistakes_on_the_sample_are_shown_even_if_mnist_is_loaded(store):
    ended(store, dataset=load_mnist_sample(), wrong=3, source=DataSource.MNIST_SAMPLE)
    assert "A 0, read as 1, 91 %" in cards(opened())


@pytest.mark.parametrize("source", [DataSource.MNIST, DataSource.UCI])
def test_images_of_other_data_are_not_shown(store, source):
    ended(store, source=source)
    page = opened()
    assert cards(page) == []
    assert "All mistakes · 7 images" in page_text(page)
    assert "cannot be shown" in page_text(page)


def test_a_run_without_mistakes(store):
    ended(store, dataset=services().datasets.current(), wrong=0)
    page = opened()
    assert "Every test image is read correctly" in page_text(page)
    assert cards(page) == []
    assert len(cards(opened(true="3", read="3"))) == 24


def test_a_network_that_gave_no_answer(store):
    dataset = services().datasets.current()
    run = ended(store, dataset=dataset, wrong=0)
    answers = np.full((len(dataset.test_labels), 10), np.nan, np.float32)
    store.folder(run.id).write_predictions(answers, dataset.test_labels)
    assert "for which the network gave no answer" in cards(opened())[0]


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
