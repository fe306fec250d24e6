"""What `/live` sends to a browser that shows a run on the Train page, and when the page is drawn again."""

import asyncio
import gzip
import json
import math
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from mnist_lab.charts import MetricHistory
from mnist_lab.errors import StoreError
from mnist_lab.runs import Command, MetricPoint, Run, RunState, RunStore
from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.settings import Settings
from mnist_lab.ui.live import run_feed, run_view
from mnist_lab.ui.live.run_view import IDLE_INTERVAL
from mnist_lab.ui.services import store_cache
from mnist_lab.ui.services.container import services
from mnist_lab.ui.shell import asgi
from mnist_lab.ui.train.run_panel import HEARTBEAT_SECONDS
from tests.charts.deltas import applied
from tests.pages.live_runs import end, finished, pause, points, queue, start
from tests.pages.train_page import component, components, live_htmls, ok, open_page
from tests.snapshots import snapshot

CHART = "live-chart"
PARTS = ("run-progress", "run-figures", "run-digits")


def request(test: AppTest) -> dict[str, str]:
    """The query parameters of the browser's first request, as given by the page."""
    address, _, _, version = component(test, "live_feed")
    parts = urlsplit(address)
    assert parts.path == run_feed.ADDRESS
    return {**dict(parse_qsl(parts.query)), "version": version}


def everything(test: AppTest) -> dict[str, Any]:
    """The answer to the browser's first request if it had no version yet."""
    return answer_to({**request(test), "version": ""})


def answer_to(parameters: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(run_feed.answer(parameters)))
    return found


def layout_key(test: AppTest) -> str:
    return str(component(test, "live_feed")[1])


def grow(store: RunStore, run: Run, upto: float, since: float = 1.5) -> None:
    new = [point for point in points(upto) if point.epoch > since]
    store.attempt(run).heartbeat(points=new, phase="training", total_steps=400)


class Browser:
    """Applies the answers as `live_feed.js` and the components do."""

    def __init__(self, run: Run) -> None:
        self.parameters = {"run": run.id}
        self.version = ""
        self.parts: dict[str, Any] = {}

    def ask(self) -> dict[str, Any]:
        answer = answer_to({**self.parameters, "version": self.version})
        self.parts |= answer["parts"]
        for key, (before, after, alt, delta) in answer["changes"].items():
            figure, _, height, version = self.parts[key]
            assert version == before
            self.parts[key] = [applied(figure, delta), alt, height, after]
        self.version = answer["version"]
        return answer


def test_the_feed_sends_what_the_page_shows(store: RunStore) -> None:
    run = start(store, queue(store))
    queue(store, "Next")
    test = open_page(run=run.id)
    answer = everything(test)
    assert answer["layout_key"] == layout_key(test)
    assert answer["version"] == request(test)["version"]
    shown = [part for key, part in answer["parts"].items() if key != CHART]
    assert sorted(shown) == sorted(live_htmls(test))
    (chart,) = [data for data in components(test, "plotly_chart") if data[-1] == CHART]
    assert chart[:-1] == answer["parts"][CHART]


def test_a_browser_that_is_up_to_date_gets_an_almost_empty_answer(store: RunStore) -> None:
    run = start(store, queue(store))
    known = request(open_page(run=run.id))
    answer = answer_to(known)
    assert (answer["version"], answer["parts"], answer["changes"]) == (known["version"], {}, {})
    assert len(run_feed.answer(known)) < 200


def test_only_what_is_new_is_sent(store: RunStore) -> None:
    run = start(store, queue(store))
    browser = Browser(run)
    browser.ask()
    grow(store, run, upto=1.6)
    answer = browser.ask()
    assert set(answer["parts"]) == {"run-progress", "run-figures"}
    _, _, _, delta = answer["changes"][CHART]
    sizes = {(start, len(xs), len(ys)) for _, start, xs, ys in delta["traces"]}
    assert sizes == {(15, 1, 1)}
    assert delta["layout"] == {}


def test_a_version_that_is_no_longer_known_gets_everything(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(store, queue(store))
    known = request(open_page(run=run.id))
    run_view._recent.clear()
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    assert set(answer_to({**known, "version": "unknown"})["parts"]) == {*PARTS, CHART}


def test_another_attempt_brings_a_new_curve(store: RunStore) -> None:
    run = start(store, queue(store), upto=1.5)
    browser = Browser(run)
    browser.ask()
    end(store, run, RunState.INTERRUPTED)
    store.requeue(run.id)
    claimed = store.claim(run.id, "again")
    assert claimed is not None
    store.attempt(claimed).rewind(step=100)
    store.attempt(claimed).move(RunState.RUNNING)
    store.attempt(claimed).heartbeat(points=points(1.2)[-2:], phase="training", total_steps=400)
    browser.ask()
    assert browser.parts == answer_to({"run": run.id})["parts"]
    assert browser.parts[CHART][0]["data"][0]["x"][-1] == 1.2


def noisy_curve(seed: int, steps: int = 900) -> list[MetricPoint]:
    """A point for each step, and one of an epoch after every fourth step; one loss in a hundred is NaN."""
    found, random = [], Random(seed)
    for step in range(1, steps + 1):
        loss = random.uniform(0.001, 5.0) if random.random() < 0.99 else math.nan
        numbers = (0.001, step * 1.0, 1000.0)
        found.append(MetricPoint(step, step / 4, "step", loss, 0.5, None, None, *numbers))
        if step % 4 == 0:
            found.append(MetricPoint(step, step / 4, "epoch", loss, 0.5, loss, 0.5, *numbers))
    return found


@pytest.mark.slow
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 99),
    asks=st.lists(st.integers(0, 900), min_size=1, max_size=5),
    baseline=st.booleans(),
    log=st.booleans(),
)
def test_a_browser_that_applies_all_changes_has_what_a_new_browser_gets(
    store: RunStore, seed: int, asks: list[int], baseline: bool, log: bool
) -> None:
    run = start(store, queue(store), upto=0.0)
    browser = Browser(run)
    browser.parameters |= ({"baseline": finished(store).id} if baseline else {}) | ({"log": "1"} if log else {})
    history, curve = services().history_cache.of(run), noisy_curve(seed)
    for upto in sorted(asks):
        # The history cache does the same; writing thousands of points into the store would take too long.
        history.extend(curve[:upto])
        browser.ask()
        assert browser.parts == answer_to(browser.parameters)["parts"]


def test_growing_curves_change_the_parts_and_not_the_page(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    before = everything(test)
    grow(store, run, upto=1.9)
    after = everything(test)
    assert after["layout_key"] == before["layout_key"] == layout_key(test)
    for part in ("run-progress", "run-figures", CHART):
        assert after["parts"][part] != before["parts"][part]
    assert sorted(ok(test.run()) and live_htmls(test)) == sorted(after["parts"][key] for key in PARTS)


@pytest.mark.parametrize("what", ["command", "rate", "pause", "end", "queue", "name"])
def test_any_other_change_draws_the_page_again(store: RunStore, what: str) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    assert everything(test)["layout_key"] == layout_key(test)
    changes = {
        "command": lambda: store.request(run.id, Command.STOP),
        "rate": lambda: store.set_learning_rate(run.id, 0.1),
        "pause": lambda: pause(store, run),
        "end": lambda: end(store, run, RunState.FINISHED),
        "queue": lambda: queue(store, "Another"),
        "name": lambda: store.rename(run.id, "Another name"),
    }
    changes[what]()
    assert everything(test)["layout_key"] != layout_key(test)


def test_the_first_points_and_the_first_snapshot_change_the_parts_and_not_the_page(store: RunStore) -> None:
    run = start(store, queue(store), upto=0.0)
    browser = Browser(run)
    before = browser.ask()
    store.attempt(run).heartbeat(points=points(0.1))
    after = browser.ask()
    assert after["layout_key"] == before["layout_key"]
    assert (set(after["parts"]), set(after["changes"])) == ({"run-progress", "run-figures"}, {CHART})
    write_snapshot(store.folder(run.id).snapshots, snapshot(0, right=4))
    drawn = browser.ask()["parts"]
    assert "<b>4 of 12</b> test digits correct before the first step" in drawn["run-digits"]


def test_a_waiting_run_has_no_chart_until_it_starts(store: RunStore) -> None:
    run = queue(store)
    test = open_page(run=run.id)
    assert not [data for data in components(test, "plotly_chart") if data[-1] == CHART]
    before = everything(test)
    assert CHART not in before["parts"]
    start(store, run, upto=0.0)
    after = everything(test)
    assert after["layout_key"] != before["layout_key"]
    assert {*PARTS, CHART} <= set(after["parts"])


def test_the_run_is_drawn_again_regularly(store: RunStore, intervals: list[float]) -> None:
    open_page(run=start(store, queue(store)).id)
    assert intervals == [HEARTBEAT_SECONDS]


def test_a_deleted_run_changes_the_layout_key(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    store.attempt(run).discard()
    assert everything(test)["layout_key"] == "gone"


def test_an_idle_page_asks_rarely_and_only_for_a_run_of_the_url(store: RunStore) -> None:
    run = finished(store)
    assert component(open_page(), "live_feed") is None
    test = open_page(run=run.id)
    assert component(test, "live_feed")[2] == IDLE_INTERVAL
    store.delete(run.id)
    assert everything(test)["layout_key"] == "gone"


def test_the_options_of_the_chart_are_part_of_the_request(store: RunStore) -> None:
    baseline = finished(store, "The baseline")
    run = start(store, queue(store))
    test = open_page(run=run.id)
    test.segmented_control(key="chart-scale").set_value("Loss (log)")
    test.segmented_control(key="chart-metric").set_value("Error (log)")
    test.selectbox(key="chart-smoothing").set_value(0.9)
    test.selectbox(key="chart-baseline").set_value(baseline.id)
    figure, alt, _, _ = everything(ok(test.run()))["parts"][CHART]
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert figure["layout"]["yaxis2"]["type"] == "log"
    assert test.query_params["smoothing"] in ("0.9", ["0.9"])
    assert alt.startswith(
        "Loss, error and learning rate of the run A run; 1.5 of 4 epochs; training loss 0.4000, error"
    )
    assert "behind it the run The baseline" in alt


@pytest.mark.parametrize(
    "bad",
    [
        {"smoothing": "1.5"},
        {"smoothing": "nan"},
        {"smoothing": "<b>"},
        {"baseline": "nosuchid"},
        {"baseline": "../../etc"},
        {"more": "x"},
        {"version": "x"},
    ],
)
def test_invalid_parameters_are_ignored(store: RunStore, bad: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    run = start(store, queue(store))
    assert run_feed.answer({"run": run.id} | bad) is run_feed.answer({"run": run.id})


@pytest.mark.parametrize("bad", [{}, {"run": ""}, {"run": "nosuchid"}, {"run": "x" * 10_000}, {"run": "\x00"}])
def test_a_run_that_does_not_exist_is_gone(bad: dict[str, str]) -> None:
    assert answer_to(bad)["layout_key"] == "gone"


def test_a_hostile_name_stays_text(store: RunStore) -> None:
    run = start(store, queue(store))
    other = queue(store, "<script>alert(1)</script>")
    part = answer_to({"run": run.id})["parts"][f"entry-{other.id}"]
    assert "<script>" not in part
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in part


def test_simultaneous_requests_share_one_answer(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    run = start(store, queue(store))
    first = run_feed.answer({"run": run.id})
    monkeypatch.setattr(MetricHistory, "series", None)
    monkeypatch.setattr(RunStore, "points", None)
    assert run_feed.answer({"run": run.id}) is first


def test_a_run_that_is_about_to_start_is_requested_more_often(store: RunStore, settings: Settings) -> None:
    run = queue(store)
    assert answer_to({"run": run.id})["interval"] == min(settings.refresh, run_view.SHORT_INTERVAL)
    start(store, run)
    assert answer_to({"run": run.id})["interval"] == settings.refresh


def test_a_run_whose_result_is_computed_is_requested_more_often(store: RunStore, settings: Settings) -> None:
    run = start(store, queue(store))
    assert answer_to({"run": run.id})["interval"] == settings.refresh
    store.attempt(run).heartbeat(phase="evaluating")
    services().store_cache.snapshot(fresh=True)
    assert answer_to({"run": run.id})["interval"] == min(settings.refresh, run_view.SHORT_INTERVAL) < settings.refresh


def test_a_long_training_is_requested_less_often() -> None:
    assert run_view.request_interval(0.8, 60.0) == 0.8
    assert run_view.request_interval(0.8, 1.5 * 700) == pytest.approx(1.5)
    assert run_view.request_interval(0.8, 3_600.0) == pytest.approx(0.8 * run_view.MAX_INTERVAL_FACTOR)


def response(query: str, encoding: bytes = b"gzip, br") -> Any:
    live = next(route for route in asgi.routes() if route.path == f"/{run_feed.ADDRESS}")
    scope = {
        "type": "http",
        "method": "GET",
        "path": live.path,
        "query_string": query.encode(),
        "headers": [(b"accept-encoding", encoding)],
    }
    return asyncio.run(live.endpoint(Request(scope)))


def test_the_server_answers(store: RunStore) -> None:
    run = start(store, queue(store))
    answer = response(f"run={run.id}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-encoding"] == "gzip"
    assert "run-progress" in json.loads(gzip.decompress(answer.body))["parts"]
    plain = response(f"run={run.id}", encoding=b"")
    assert "content-encoding" not in plain.headers
    assert "run-progress" in json.loads(plain.body)["parts"]


def test_an_unreadable_store_gives_status_503(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise StoreError("The store is locked.")

    run = start(store, queue(store))
    monkeypatch.setattr(type(services().store_cache), "snapshot", broken)
    assert response(f"run={run.id}").status_code == 503
