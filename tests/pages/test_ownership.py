"""The pages as a pupil sees them, as a teacher sees them, and alone at the machine."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.runs import Actor, Command, Run, RunState, RunStore
from mnist_lab.ui.session import viewer as viewer_module
from mnist_lab.ui.session.identity import load_identity
from tests.factories import make_result
from tests.pages.live_runs import queue, start
from tests.pages.train_page import keys_in_order, ok, open_page, page_text

ROOT = Path(__file__).resolve().parents[2]
WATCH = "This run belongs to another browser; you can watch it."


def finished(store: RunStore, owner: str) -> Run:
    run = start(store, queue(store, f"{owner}'s", owner=owner))
    store.attempt(run).finish(RunState.FINISHED, make_result())
    store.folder(run.id).path.mkdir(parents=True, exist_ok=True)
    store.folder(run.id).log_path.write_text("a log of the worker")
    return store.get(run.id)


def failed(store: RunStore, owner: str) -> Run:
    run = start(store, queue(store, f"{owner}'s", owner=owner))
    store.attempt(run).finish(RunState.FAILED, None, "No such file: /srv/lab/runs/x.npz")
    store.folder(run.id).path.mkdir(parents=True, exist_ok=True)
    store.folder(run.id).log_path.write_text("a log of the worker")
    return store.get(run.id)


def buttons(test: AppTest) -> set[str]:
    return {key.rsplit("-", 1)[0] for key in keys_in_order(test)}


CHANGING = {"pause", "step", "stop", "discard", "front", "again", "rate-× 1"}


@pytest.mark.parametrize("viewer", ["ben", "anna"])
def test_a_training_is_controlled_by_its_owner_and_watched_by_others(
    on_network: None, store: RunStore, viewer: str
) -> None:
    run = start(store, queue(store, owner="anna"))
    test = open_page({"session": viewer}, run=run.id)
    assert ("pause" in buttons(test), WATCH in page_text(test)) == (
        (True, False) if viewer == "anna" else (False, True)
    )
    assert bool(CHANGING & buttons(test)) is (viewer == "anna")


def test_in_the_queue_a_pupil_has_buttons_for_its_own_runs_only(on_network: None, store: RunStore) -> None:
    shown = start(store, queue(store, "Shown", owner="anna"))
    runs = {name: queue(store, name, owner=owner) for name, owner in (("a1", "anna"), ("b1", "ben"), ("b2", "ben"))}
    keys = set(keys_in_order(open_page({"session": "ben"}, run=shown.id)))
    assert {f"show-{run.id}" for run in runs.values()} <= keys
    assert f"discard-{runs['a1'].id}" not in keys
    assert {f"discard-{runs[name].id}" for name in ("b1", "b2")} <= keys
    # The first of its own cannot be moved further.
    assert f"front-{runs['b1'].id}" not in keys
    assert f"front-{runs['b2'].id}" in keys


def test_a_pupil_moves_a_run_before_its_own(on_network: None, store: RunStore) -> None:
    shown = start(store, queue(store, "Shown", owner="anna"))
    for name, owner in (("c1", "carl"), ("b1", "ben"), ("b2", "ben")):
        queue(store, name, owner=owner)
    test = open_page({"session": "ben"}, run=shown.id)
    ok(test.button(key=f"front-{store.find('b2').id}").click().run())
    assert [run.name for run in store.queue()] == ["c1", "b2", "b1"]


@pytest.mark.parametrize(("viewer", "text"), [("anna", "/srv/lab/runs/x.npz"), ("ben", "x.npz")])
def test_logs_and_paths_of_a_failed_run_are_its_owners(
    on_network: None, store: RunStore, viewer: str, text: str
) -> None:
    run = failed(store, "anna")
    test = open_page({"session": viewer}, run=run.id)
    assert f"No such file: {text}" in page_text(test)
    assert ("a log of the worker" in [code.value for code in test.code]) is (viewer == "anna")
    assert ("again" in buttons(test)) is (viewer == "anna")


def compare(session: str, *ticked: Run) -> AppTest:
    """Compare in the session of one pupil, with these runs ticked."""
    test = AppTest.from_file(str(ROOT / "pages" / "compare.py"), default_timeout=120)
    test.session_state["session"] = session
    if ticked:
        test.query_params["runs"] = ",".join(run.id for run in ticked)
    return ok(test.run())


@pytest.mark.parametrize("viewer", ["anna", "ben"])
def test_on_compare_others_have_no_rename_note_delete_and_log(on_network: None, store: RunStore, viewer: str) -> None:
    test = compare(viewer, finished(store, "anna"))
    own = {"compare-rename", "compare-note", "compare-delete"}
    found = own & set(keys_in_order(test))
    assert found == (own if viewer == "anna" else set())
    assert ("a log of the worker" in [code.value for code in test.code]) is (viewer == "anna")
    assert (WATCH in page_text(test)) is (viewer == "ben")
    # Whatever reads a run is everybody's.
    assert {"compare-draw", "compare-inspect"} <= set(keys_in_order(test))


def test_a_run_of_another_can_be_continued_as_ones_own(on_network: None, store: RunStore) -> None:
    run = finished(store, "anna")
    folder = store.folder(run.id)
    folder.checkpoints.mkdir(parents=True)
    folder.checkpoint_path(1).write_text("weights")
    test = open_page({"session": "ben"}, run=run.id)
    ok(test.button(key=f"more-{run.id}").click().run())
    (new,) = store.queue()
    assert (new.parent, new.owner) == (run.id, "ben")


def test_a_request_that_no_button_offers_is_refused(on_network: None, store: RunStore) -> None:
    """A browser that kept an old page, or a crafted message, asks for what the page no longer offers."""
    run = start(store, queue(store, owner="ben"))
    test = open_page({"session": "ben"}, run=run.id)
    with store.db.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET owner = 'anna'")
    test.button(key=f"stop-{run.id}").click()
    ok(test.run())
    assert store.get(run.id).command is Command.NONE
    assert "belongs to another browser" in test.toast[0].value.replace("\\", "")


def test_alone_at_the_machine_nobody_notices_any_of_it(store: RunStore) -> None:
    for owner in ("anna", "", "cli"):
        run = start(store, queue(store, owner=owner))
        test = open_page(run=run.id)
        assert {"pause", "stop", "discard"} <= buttons(test)
        assert "belongs to" not in page_text(test)
        store.attempt(run).finish(RunState.FINISHED, make_result())
    test = compare("me")
    assert "belongs to" not in page_text(test)


def test_the_cookies_of_the_connection_say_who_a_viewer_is(
    on_network: None, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = load_identity()
    cookie = identity.renewed_cookie({}, None)
    assert cookie is not None
    run = start(store, queue(store, owner=identity.browser_id({identity.browser_cookie: cookie})))

    def opened(**cookies: str) -> set[str]:
        monkeypatch.setattr(viewer_module.st.context.__class__, "cookies", property(lambda _self: cookies))
        return buttons(open_page(run=run.id))

    assert "pause" in opened(**{identity.browser_cookie: cookie})
    assert "pause" not in opened(**{identity.browser_cookie: cookie[:-1]})
    assert "pause" not in opened(**{identity.teacher_cookie: cookie})
    assert "pause" in opened(**{identity.teacher_cookie: identity.new_teacher_cookie()})
    assert "pause" not in opened()


# The bin


def test_a_deleted_run_can_be_brought_back_from_the_end_of_compare(on_network: None, store: RunStore) -> None:
    mine, other = finished(store, "anna"), finished(store, "ben")
    assert "Deleted runs" not in str(compare("anna").expander)
    for run in (mine, other):
        store.delete(run.id)
    test = compare("anna")
    assert "Deleted runs (1)" in str(test.expander)
    assert [key for key in keys_in_order(test) if key.startswith("restore-")] == [f"restore-{mine.id}"]
    ok(test.button(key=f"restore-{mine.id}").click().run())
    assert store.get(mine.id) == mine
    assert [run.id for run in store.deleted_runs()] == [other.id]


def test_a_teacher_can_bring_back_all(store: RunStore) -> None:
    runs = [finished(store, owner) for owner in ("anna", "ben")]
    for run in runs:
        store.delete(run.id)
    keys = set(keys_in_order(compare("me")))
    assert {f"restore-{run.id}" for run in runs} <= keys


def test_after_a_run_was_discarded_the_train_page_offers_to_undo_it(on_network: None, store: RunStore) -> None:
    run = queue(store, "A mistake", owner="anna")
    test = open_page({"session": "anna"}, run=run.id)
    test.button(key=f"discard-{run.id}").click().run()
    ok(test.run())
    assert "**A mistake** was deleted." in page_text(test)
    assert "run" not in test.query_params
    ok(test.button(key="undo-delete").click().run())
    assert store.get(run.id) == run
    assert "undo-delete" not in keys_in_order(test)


def test_the_offer_can_be_closed_and_ends_when_the_run_is_back_or_gone(on_network: None, store: RunStore) -> None:
    runs = [queue(store, f"Run {number}", owner="anna") for number in range(3)]
    for run, end in zip(runs, ("close", "restored", "gone"), strict=True):
        test = open_page({"session": "anna"}, run=run.id)
        test.button(key=f"discard-{run.id}").click().run()
        assert "undo-delete" in keys_in_order(ok(test.run()))
        if end == "close":
            test.button(key="undo-close").click()
        elif end == "restored":
            store.restore(run.id)
        else:
            store.delete(run.id, forever=True)
        assert "undo-delete" not in keys_in_order(ok(test.run()))


def test_no_other_session_is_offered_to_undo_it(on_network: None, store: RunStore) -> None:
    store.delete(queue(store, "A mistake", owner="anna").id, Actor("anna"))
    assert "undo-delete" not in keys_in_order(open_page({"session": "ben"}))
