"""The controls of a run on the Train page in each of its states, and what the page shows then."""

import re
from datetime import UTC, datetime

import pytest

from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Intervention, Run, RunState, RunStore
from mnist_lab.training.reporter import WAITING_FOR_DISK
from mnist_lab.ui.components.markdown import plain
from tests.factories import make_data
from tests.pages.live_runs import end, finished, names, pause, queue, result, start
from tests.pages.train_page import (
    component,
    keys_in_order,
    labels,
    live_htmls,
    metrics,
    ok,
    open_page,
    page_text,
    popovers,
    progress_text,
)

DIVERGED = "The training diverged: the loss became NaN or infinite in epoch 2 of 4."


def test_a_queued_run_shows_its_position_and_can_be_cancelled(store: RunStore) -> None:
    first, second = queue(store, "First"), queue(store, "Second")
    test = open_page(run=second.id)
    waits = "Waiting for its turn · position 2 in the queue: “First” starts before it; how long is not known yet"
    assert progress_text(test) == waits
    ok(test.button(key=f"discard-{second.id}").click().run())
    assert names(store.list()) == ["First"]
    assert store.get(first.id).state is RunState.QUEUED
    assert "**Second** was deleted." in page_text(test)


def test_cancelling_a_run_that_waits_to_be_resumed_keeps_its_curves(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.INTERRUPTED)
    store.requeue(run.id)
    test = open_page(run=run.id)
    ok(test.button(key=f"stop-{run.id}").click().run())
    assert store.get(run.id).state is RunState.INTERRUPTED
    assert store.points(run.id)


def test_a_queued_run_can_be_moved_to_the_front(store: RunStore) -> None:
    first, _, third = (queue(store, name) for name in ("First", "Second", "Third"))
    test = open_page(run=first.id)
    assert f"front-{first.id}" not in keys_in_order(test)
    ok(test.button(key=f"front-{third.id}").click().run())
    assert names(store.queue()) == ["Third", "First", "Second"]
    assert "position 2 in the queue" in progress_text(test)


def test_the_queue_shows_the_order_and_the_waiting_times(store: RunStore) -> None:
    finished(store, seconds=10.0)
    running = start(store, queue(store, "Running", epochs=10), upto=5.0)
    queue(store, "Next", epochs=100, limit=1_000)
    queue(store, "Last", epochs=2)
    text = page_text(open_page(run=running.id))
    # 500 steps are left, at ten a second; then 100 epochs that cost 933 images each, at 1,000 a second, and a start.
    assert "position 1 in the queue, starts in about 50 s: “Running” is training" in text
    assert "position 2 in the queue, starts in about 2 m 33 s: “Running” is training" in text
    assert text.index("Next") < text.index("Last")
    assert "takes about 1 m 43 s" in text


@pytest.mark.parametrize("shown", range(5))
def test_the_positions_of_the_queue_have_no_gap_whichever_run_is_shown(shown: int, store: RunStore) -> None:
    runs = [start(store, queue(store, "Running")), *(queue(store, f"Waiting {number}") for number in range(1, 5))]
    rows = [one for one in live_htmls(open_page(run=runs[shown].id)) if 'role="progressbar"' not in one]
    listed = re.findall(r"Waiting (\d).*?position (\d) in the queue", "".join(rows), re.DOTALL)
    assert listed == [(str(number), str(number)) for number in range(1, 5)]


def test_what_a_run_waits_for_is_said_once(store: RunStore) -> None:
    start(store, queue(store, "Running"))
    test = open_page(run=queue(store, "Mine").id)
    assert "".join(live_htmls(test)).count("“Running” is training") == 2  # the progress bar has a label, too
    assert "“Running” is training" in progress_text(test)


def test_the_only_run_of_the_queue_is_not_listed_when_it_is_shown(store: RunStore) -> None:
    run = queue(store, "Alone")
    assert "Queue" not in [element.value for element in open_page(run=run.id).subheader]


def test_sessions_take_turns(store: RunStore) -> None:
    shown = queue(store, "Mine 1", owner="me")
    for name, owner in (("Mine 2", "me"), ("Mine 3", "me"), ("Yours", "you")):
        queue(store, name, owner=owner)
    text = page_text(open_page(run=shown.id))
    assert sorted(("Mine 2", "Mine 3", "Yours"), key=text.index) == ["Yours", "Mine 2", "Mine 3"]


def test_a_starting_run_shows_its_phase(store: RunStore) -> None:
    run = queue(store)
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.attempt(claimed).heartbeat(phase="loading data")
    test = open_page(run=run.id)
    assert progress_text(test) == "Loading the data …"
    assert not metrics(test)


def test_a_running_run_shows_its_progress(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    assert progress_text(test) == "Epoch 2 of 4 · 25 s left"
    assert metrics(test)["Validation accuracy"] == "70.00 %"
    assert metrics(test)["Training loss"] == "0.4000"
    assert "1,000 images/s · learning rate 0.001" in page_text(test)


def test_before_the_first_epoch_there_are_no_validation_figures(store: RunStore) -> None:
    run = start(store, queue(store), upto=0.5)
    assert set(metrics(open_page(run=run.id))) == {"Training accuracy", "Training loss"}


def test_during_the_first_steps_neither_speed_nor_time_left_is_shown(store: RunStore) -> None:
    run = start(store, queue(store), upto=0.2)
    test = open_page(run=run.id)
    assert progress_text(test) == "Epoch 1 of 4"
    assert "images/s" not in page_text(test)


def test_during_the_first_steps_past_runs_give_the_time_left(store: RunStore) -> None:
    finished(store, seconds=10.0)
    run = start(store, queue(store, epochs=100, limit=1_000), upto=0.1)
    # 1 m 43 s were expected, and 9 s have passed.
    assert progress_text(open_page(run=run.id)) == "Epoch 1 of 100 · 1 m 34 s left"


def test_with_early_stopping_the_time_left_is_a_maximum(store: RunStore) -> None:
    run = start(store, queue(store, early_stopping=2))
    assert progress_text(open_page(run=run.id)) == "Epoch 2 of 4 · at most 25 s left"


def test_commands_to_a_running_run_are_stored_and_shown(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    ok(test.button(key=f"pause-{run.id}").click().run())
    assert store.get(run.id).command is Command.PAUSE
    assert "pausing …" in page_text(test)
    ok(test.button(key=f"none-{run.id}").click().run())
    assert store.get(run.id).command is Command.NONE
    ok(test.button(key=f"step-{run.id}").click().run())
    assert store.get(run.id).command is Command.STEP
    assert labels(test)[f"step-{run.id}"] == "One epoch …"
    assert test.button(key=f"step-{run.id}").disabled
    ok(test.button(key=f"stop-{run.id}").click().run())
    assert store.get(run.id).command is Command.STOP
    assert "Stopping …" in popovers(test)
    assert all(test.button(key=f"{command}-{run.id}").disabled for command in ("pause", "step", "stop"))
    assert not test.button(key=f"discard-{run.id}").disabled


def test_a_paused_run_can_continue_or_train_one_epoch(store: RunStore) -> None:
    run = pause(store, start(store, queue(store)))
    test = open_page(run=run.id)
    assert "paused" in page_text(test)
    assert progress_text(test) == "Epoch 2 of 4"
    ok(test.button(key=f"step-{run.id}").click().run())
    assert store.get(run.id).command is Command.STEP
    assert "continuing …" in page_text(test)
    store.request(run.id, Command.PAUSE)
    ok(test.run())
    ok(test.button(key=f"none-{run.id}").click().run())
    assert store.get(run.id).command is Command.NONE


def test_a_run_paused_between_two_epochs_shows_the_completed_ones(store: RunStore) -> None:
    run = pause(store, start(store, queue(store), upto=2.0))
    assert progress_text(open_page(run=run.id)) == "2 of 4 epochs done"


def test_discarding_asks_first_and_names_the_run(store: RunStore) -> None:
    run = start(store, queue(store, "Not this *one*"))
    test = open_page(run=run.id)
    (popover,) = [block for block in test.get("popover") if "Discard" in block.proto.popover.label]
    assert any(plain("Not this *one*") in element.value for element in popover.markdown)
    ok(test.button(key=f"discard-{run.id}").click().run())
    assert store.get(run.id).command is Command.DISCARD
    ended = {key: test.button(key=f"{key}-{run.id}").disabled for key in ("pause", "step", "stop")}
    assert all(ended.values())


def test_what_ends_or_deletes_a_run_asks_first_and_only_what_deletes_is_red(store: RunStore) -> None:
    running, waiting = start(store, queue(store, "Not this *one*")), queue(store, "Nor *this*")
    test = open_page(run=running.id)
    asks = {block.proto.popover.label: block for block in test.get("popover")}
    for label, words in {
        "Stop": "Its network is tested and kept.",
        ":red[Discard]": plain("Not this *one*"),
        ":red[Cancel]": plain("Nor *this*"),
    }.items():
        assert any(words in element.value for element in asks[label].markdown)
        assert len(asks[label].button) == 1
    assert store.get(waiting.id).command is Command.NONE


def test_the_learning_rate_can_be_changed_and_the_one_in_effect_is_shown(store: RunStore) -> None:
    run = start(store, queue(store, learning_rate=0.003))
    test = open_page(run=run.id)
    ok(test.button(key=f"rate-÷ 3-{run.id}").click().run())
    assert store.get(run.id).learning_rate_factor == pytest.approx(1 / 3)
    assert "In effect: **0.001**, the recipe's 0.003 ÷ 3." in page_text(test)
    ok(test.button(key=f"rate-× 10-{run.id}").click().run())
    assert "In effect: **0.03**, the recipe's 0.003 × 10." in page_text(test)
    ok(test.button(key=f"rate-× 1-{run.id}").click().run())
    assert "In effect: **0.003**" in page_text(test)


def test_any_factor_of_the_learning_rate_is_shown(store: RunStore) -> None:
    run = start(store, queue(store, schedule="cosine"))
    store.set_learning_rate(run.id, 0.25)
    assert "The cosine schedule of 0.001, ÷ 4." in page_text(open_page(run=run.id))


def test_while_the_network_is_tested_the_controls_are_disabled(store: RunStore) -> None:
    run = start(store, queue(store), upto=4.0, phase="evaluating")
    test = open_page(run=run.id)
    assert progress_text(test) == "Testing the network on the test images"
    assert all(test.button(key=f"{key}-{run.id}").disabled for key in ("pause", "step", "stop"))


def test_a_command_after_the_end_only_gives_a_message(store: RunStore) -> None:
    run = start(store, queue(store))
    test = open_page(run=run.id)
    store.attempt(run).finish(RunState.FINISHED, result())
    ok(test.button(key=f"stop-{run.id}").click().run())
    assert test.toast
    assert "99.27 %" in metrics(test).values()


def test_after_the_end_all_figures_are_of_the_kept_epoch(store: RunStore) -> None:
    test = open_page(run=finished(store).id)
    assert metrics(test) == {
        "Test accuracy": "99.27 %",
        "Test loss": "0.0465",
        "Validation accuracy": "98.76 %",
        "Validation loss": "0.0612",
        "Training accuracy": "75.00 %",
        "Training loss": "0.5000",
    }
    assert "Figures of epoch 1, the best one, which is kept." in page_text(test)
    assert progress_text(test).startswith("2 of 2 epochs")


def test_validation_on_the_test_images_is_noted_beside_the_figures(store: RunStore) -> None:
    run = start(store, queue(store, validation="test"))
    store.attempt(run).finish(RunState.FINISHED, result(kept="last", epochs=1))
    test = open_page(run=run.id)
    assert "Validation accuracy" not in metrics(test)
    assert "epoch 1, the last" in page_text(test)
    assert "The test images were also the validation images." in page_text(test)


def test_a_finished_run_has_buttons_to_the_other_pages(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)
    test = open_page(run=run.id)
    assert test.button(key=f"draw-{run.id}").proto.type == "primary"
    assert labels(test)[f"mistakes-{run.id}"] == "See its mistakes"
    assert labels(test)[f"compare-{run.id}"] == "Compare"


def test_a_finished_run_can_be_trained_for_more_epochs(store: RunStore) -> None:
    run = end(store, start(store, queue(store, "First part")), RunState.FINISHED)
    test = open_page({"session": "me"}, run=run.id)
    ok(test.number_input(key=f"more-epochs-{run.id}").set_value(7).run())
    assert labels(test)[f"more-{run.id}"] == "Train 7 more epochs"
    ok(test.button(key=f"more-{run.id}").click().run())
    (continued,) = store.queue()
    assert (continued.parent, continued.recipe.epochs, continued.owner) == (run.id, 8, "me")
    assert test.query_params["run"] in (continued.id, [continued.id])
    assert store.get(run.id).state is RunState.FINISHED


def test_without_a_checkpoint_a_run_cannot_be_continued(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED, checkpoint=False)
    assert f"more-{run.id}" not in keys_in_order(open_page(run=run.id))


def test_continuing_a_run_that_was_just_deleted_gives_a_warning(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)
    test = open_page(run=run.id)
    test.button(key=f"more-{run.id}").click()
    store.delete(run.id)
    assert ok(test.run()).warning


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.INTERRUPTED, RunState.STOPPED])
def test_a_run_that_ended_early_shows_its_message_and_its_log(store: RunStore, state: RunState) -> None:
    run = start(store, queue(store))
    folder = store.folder(run.id)
    folder.path.mkdir(parents=True)
    folder.log_path.write_text("Traceback <b>of</b> the worker\n")
    end(store, run, state, message="An error of *the* worker.", with_result=False)
    test = open_page(run=run.id)
    assert plain("An error of *the* worker.") in [e.value for e in (*test.error, *test.warning, *test.info)]
    assert "Traceback <b>of</b> the worker" in test.code[0].value
    assert f"discard-{run.id}" in keys_in_order(test)


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.INTERRUPTED])
@pytest.mark.parametrize(("checkpoint", "label"), [(True, "Resume"), (False, "Start over")])
def test_a_failed_run_can_be_resumed(store: RunStore, state: RunState, checkpoint: bool, label: str) -> None:
    run = end(store, start(store, queue(store)), state, message="It broke.", checkpoint=checkpoint)
    test = open_page(run=run.id)
    assert labels(test)[f"again-{run.id}"] == label
    ok(test.button(key=f"again-{run.id}").click().run())
    assert store.get(run.id).state is RunState.QUEUED


def test_a_diverged_run_is_resumed_with_a_smaller_learning_rate(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FAILED, message=DIVERGED, diverged=True)
    test = open_page(run=run.id)
    assert "diverged" in page_text(test)
    assert f"again-{run.id}" not in keys_in_order(test)
    assert labels(test)[f"smaller-{run.id}"] == "Resume at a third of the learning rate"
    ok(test.button(key=f"smaller-{run.id}").click().run())
    assert store.get(run.id).state is RunState.QUEUED
    assert store.get(run.id).learning_rate_factor == pytest.approx(1 / 3)


def test_a_run_that_failed_before_its_first_step_has_no_empty_chart(store: RunStore) -> None:
    run = queue(store)
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.attempt(claimed).set_data(make_data())
    store.attempt(claimed).finish(RunState.FAILED, None, "The disk is full.")
    test = open_page(run=run.id)
    assert progress_text(test) == "Ended before its first epoch"
    assert not metrics(test)
    assert not [one for one in test.get("bidi_component") if "live-chart" in str(one.proto)]


def test_a_command_of_one_browser_is_shown_in_the_other(store: RunStore) -> None:
    run = start(store, queue(store))
    one, other = open_page(run=run.id), open_page(run=run.id)
    ok(one.button(key=f"pause-{run.id}").click().run())
    store.attempt(run).move(RunState.PAUSED)
    ok(other.run())
    assert labels(other)[f"none-{run.id}"] == "Continue"
    ok(other.button(key=f"stop-{run.id}").click().run())
    ok(one.run())
    assert "Stopping …" in popovers(one)
    end(store, run, RunState.STOPPED)
    for test in (one, other):
        assert "stopped" in page_text(ok(test.run()))


def test_one_epoch_is_written_in_the_singular(store: RunStore) -> None:
    run = end(store, start(store, store.create(queue(store).network, Recipe(epochs=1)), upto=1.0), RunState.FINISHED)
    assert progress_text(open_page(run=run.id)).startswith("1 of 1 epoch ·")


def set_aside(store: RunStore, run: Run) -> Run:
    """The run after it was paused and set aside."""
    store.attempt(pause(store, run)).set_aside()
    return store.get(run.id)


def test_a_run_that_was_set_aside_is_continued_stopped_or_discarded(store: RunStore) -> None:
    run = set_aside(store, start(store, queue(store), upto=1.5))
    test = open_page(run=run.id)
    assert progress_text(test) == "Set aside in epoch 2 of 4, so that another run can train"
    assert set(labels(test).values()) >= {"Continue", "One epoch", "Stop it", ":red[Discard it]"}
    ok(test.button(key=f"none-{run.id}").click().run())
    assert (store.get(run.id).state, store.get(run.id).command) == (RunState.QUEUED, Command.NONE)
    assert progress_text(test) == "Starting …"
    run = set_aside(store, start(store, store.get(run.id)))
    ok(open_page(run=run.id).button(key=f"stop-{run.id}").click().run())
    stopping = open_page(run=run.id)
    assert store.get(run.id).command is Command.STOP
    assert f"stop-{run.id}" not in keys_in_order(stopping)


def test_the_queue_shows_who_is_at_work_and_who_was_set_aside(store: RunStore) -> None:
    aside = set_aside(store, start(store, queue(store, "Aside")))
    shown = start(store, queue(store, "At work"))
    waits = queue(store, "Waits")
    test = open_page(run=waits.id)
    text = page_text(test)
    assert "position 1 in the queue" in progress_text(test)
    assert "“At work” is training" in progress_text(test)
    assert text.index("At work") < text.index("Aside")
    assert "set aside, 38 %" in text
    ok(test.button(key=f"none-{aside.id}").click().run())
    assert names(store.queue()) == ["Aside", "Waits"]
    pause(store, shown)
    assert "“At work” is paused and makes room" in progress_text(open_page(run=waits.id))


def test_a_run_that_waits_for_its_disk_says_so(store: RunStore) -> None:
    run = start(store, queue(store), upto=4.0, phase=WAITING_FOR_DISK)
    test = open_page(run=run.id)
    assert progress_text(test).startswith("Trained, but not saved yet: the disk is full. Free some space")


CHANGED = Intervention("learning rate", 150, 1.5, datetime(2026, 11, 29, tzinfo=UTC), 1 / 3)


def test_a_learning_rate_that_was_set_by_hand_is_in_the_heading_and_on_the_curve(store: RunStore) -> None:
    run = start(store, queue(store), upto=2.0)
    before = open_page(run=run.id)
    assert "by hand" not in page_text(before)
    store.attempt(run).heartbeat(interventions=[CHANGED])
    test = open_page(run=run.id)
    assert "learning rate ÷ 3 after 1.5 epochs by hand" in page_text(test)
    annotations = component(test, "plotly_chart")[0]["layout"]["annotations"]
    assert [one["x"] for one in annotations if one["text"] == "by hand ÷ 3"] == [1.5]


@pytest.mark.parametrize("keep", [True, False])
def test_more_epochs_ask_whether_the_learning_rate_set_by_hand_is_kept(store: RunStore, keep: bool) -> None:
    plain_run = end(store, start(store, queue(store), upto=2.0), RunState.FINISHED)
    assert f"keep-rate-{plain_run.id}" not in keys_in_order(open_page(run=plain_run.id))
    run = start(store, queue(store), upto=2.0)
    store.set_learning_rate(run.id, 1 / 3)
    store.attempt(run).heartbeat(interventions=[CHANGED])
    run = end(store, run, RunState.FINISHED)
    test = open_page(run=run.id)
    (box,) = [one for one in test.checkbox if one.key == f"keep-rate-{run.id}"]
    assert box.value
    assert box.label.replace("\\", "") == "Keep the learning rate that was set by hand, ÷ 3"
    box.set_value(keep)
    ok(test.button(key=f"more-{run.id}").click().run())
    continued = store.list(limit=1)[0]
    assert continued.parent == run.id
    assert continued.learning_rate_factor == (1 / 3 if keep else 1.0)
    assert continued.interventions == (CHANGED,)
