"""What the browser is told of a run that the Train page shows, and when the page is drawn anew for it."""

import asyncio
import gzip
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from mnist_lab.charts import Track
from mnist_lab.errors import StoreError
from mnist_lab.runs import Command, Run, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.ui.live import run_feed, run_view
from mnist_lab.ui.services import store_cache
from mnist_lab.ui.services.container import services
from mnist_lab.ui.shell import asgi
from mnist_lab.ui.train.run_panel import HEARTBEAT_SECONDS
from tests.pages.live_runs import end, finished, pause, points, queue, start
from tests.pages.train_page import component, components, ok, open_page, readouts


def asked(test: AppTest) -> dict[str, Any]:
    """What the browser would be told if it asked as the page says."""
    address, _, _ = component(test, "live_feed")
    parts = urlsplit(address)
    assert parts.path == run_feed.ADDRESS
    return told(dict(parse_qsl(parts.query)))


def told(parameters: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(run_feed.answer(parameters)))
    return found


def outline(test: AppTest) -> str:
    return str(component(test, "live_feed")[1])


def grow(store: RunStore, run: Run, upto: float) -> None:
    new = [point for point in points(upto) if point.epoch > 1.5]
    store.attempt(run).heartbeat(points=new, phase="training", total_steps=400)


def test_the_browser_is_told_what_the_page_shows(store: RunStore) -> None:
    run = start(store, queue(store))
    queue(store, "Next")
    test = open_page(run=run.id)
    answer = asked(test)
    assert answer["outline"] == outline(test)
    shown = [part for key, part in answer["parts"].items() if key != "live-chart"]
    assert sorted(shown) == sorted(readouts(test))
    (plot,) = [one for one in components(test, "plot") if one[0] == answer["parts"]["live-chart"][0]]
    assert plot == answer["parts"]["live-chart"]


def test_growing_curves_change_the_parts_and_not_the_page(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    before = asked(test)
    grow(store, run, upto=1.9)
    after = asked(test)
    assert after["outline"] == before["outline"] == outline(test)
    for part in ("run-line", "run-figures", "live-chart"):
        assert after["parts"][part] != before["parts"][part]
    assert sorted(ok(test.run()) and readouts(test)) == sorted(
        after["parts"][key] for key in ("run-line", "run-figures")
    )


@pytest.mark.parametrize("what", ["command", "rate", "pause", "end", "queue", "points", "name"])
def test_whatever_else_changes_draws_the_page_anew(store: RunStore, what: str) -> None:
    run = start(store, queue(store), upto=0.0 if what == "points" else 1.5)
    test = open_page(run=run.id)
    assert asked(test)["outline"] == outline(test)
    changes = {
        "command": lambda: store.request(run.id, Command.STOP),
        "rate": lambda: store.set_learning_rate(run.id, 0.1),
        "pause": lambda: pause(store, run),
        "end": lambda: end(store, run, RunState.FINISHED),
        "queue": lambda: queue(store, "Another"),
        "points": lambda: store.attempt(run).heartbeat(points=points(0.1)),
        "name": lambda: store.rename(run.id, "Another name"),
    }
    changes[what]()
    assert asked(test)["outline"] != outline(test)


def test_points_that_come_while_the_growth_is_made_draw_the_page_anew(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(store, queue(store), upto=0.0)
    track = services().tracks.of(run)
    with monkeypatch.context() as patched:
        # Another browser's question reads them in the meantime.
        patched.setattr(run_view, "stamps", lambda _folder: track.extend(points(0.1)) or ())
        before = told({"run": run.id})
    assert "run-figures" not in before["parts"]
    after = told({"run": run.id})
    assert "run-figures" in after["parts"]
    assert after["outline"] != before["outline"]


def test_whatever_a_browser_hears_the_run_is_drawn_anew_now_and_then(store: RunStore, intervals: list[float]) -> None:
    open_page(run=start(store, queue(store)).id)
    assert intervals == [HEARTBEAT_SECONDS]


def test_a_run_that_is_gone_is_told(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    store.attempt(run).discard()
    assert asked(test)["outline"] == "gone"


def test_an_idle_lab_asks_nothing(store: RunStore) -> None:
    assert component(open_page(run=finished(store).id), "live_feed") is None


def test_the_choices_of_the_chart_are_asked_for(store: RunStore) -> None:
    ghost = finished(store, "The ghost")
    run = start(store, queue(store))
    test = open_page(run=run.id)
    test.segmented_control(key="chart-scale").set_value("logarithmic")
    test.select_slider(key="chart-smoothing").set_value(0.9)
    test.selectbox(key="chart-ghost").set_value(ghost.id)
    figure, words, _ = asked(ok(test.run()))["parts"]["live-chart"]
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert any(trace["name"] == "training, smoothed 0.9" for trace in figure["data"])
    assert "behind it the run The ghost" in words


@pytest.mark.parametrize(
    "bad",
    [
        {"smoothing": "1.5"},
        {"smoothing": "nan"},
        {"smoothing": "<b>"},
        {"ghost": "nosuchid"},
        {"ghost": "../../etc"},
        {"more": "x"},
    ],
)
def test_parameters_that_mean_nothing_are_left_out(
    store: RunStore, bad: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    run = start(store, queue(store))
    assert run_feed.answer({"run": run.id} | bad) is run_feed.answer({"run": run.id})


@pytest.mark.parametrize("bad", [{}, {"run": ""}, {"run": "nosuchid"}, {"run": "x" * 10_000}, {"run": "\x00"}])
def test_a_run_that_does_not_exist_is_gone(bad: dict[str, str]) -> None:
    assert told(bad)["outline"] == "gone"


def test_a_hostile_name_stays_words(store: RunStore) -> None:
    run = start(store, queue(store))
    other = queue(store, "<script>alert(1)</script>")
    part = told({"run": run.id})["parts"][f"entry-{other.id}"]
    assert "<script>" not in part
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in part


def test_all_that_ask_at_the_same_moment_get_what_was_made_once(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    run = start(store, queue(store))
    first = run_feed.answer({"run": run.id})
    monkeypatch.setattr(Track, "series", None)
    monkeypatch.setattr(RunStore, "points", None)
    assert run_feed.answer({"run": run.id}) is first


def test_curves_that_are_about_to_begin_are_looked_for_impatiently(store: RunStore, settings: Settings) -> None:
    run = queue(store)
    assert told({"run": run.id})["every"] == min(settings.refresh, run_view.IMPATIENT_SECONDS)
    start(store, run)
    assert told({"run": run.id})["every"] == settings.refresh


def test_a_long_training_is_looked_at_less_often() -> None:
    assert run_view.pace(0.8, 60.0) == 0.8
    assert run_view.pace(0.8, 1.5 * 700) == pytest.approx(1.5)
    assert run_view.pace(0.8, 3_600.0) == pytest.approx(0.8 * run_view.MOST_TIMES)


def response(query: str, encoding: bytes = b"gzip, br") -> Any:
    live = next(route for route in asgi.routes() if route.path == run_feed.ADDRESS)
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
    assert "run-line" in json.loads(gzip.decompress(answer.body))["parts"]
    plain = response(f"run={run.id}", encoding=b"")
    assert "content-encoding" not in plain.headers
    assert "run-line" in json.loads(plain.body)["parts"]


def test_a_store_that_cannot_be_read_is_no_traceback(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise StoreError("The store is locked.")

    run = start(store, queue(store))
    monkeypatch.setattr(type(services().moments), "now", broken)
    assert response(f"run={run.id}").status_code == 503
