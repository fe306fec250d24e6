"""The estimated duration of a training, from past ones and from the measured speed of the machine."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mnist_lab.insight import Throughput, estimate_duration, past_throughputs, was_trained_elsewhere
from mnist_lab.insight.duration_estimate import KNOWN, MAX_START_SECONDS, MEASURED, ROUGH
from mnist_lab.network import PRESETS, Dropout, MachineSpeed
from mnist_lab.recipe import Recipe
from mnist_lab.runs import REFERENCE, RunStore, open_store
from mnist_lab.settings import Settings
from tests.factories import finish_run, make_data, make_result, make_run, start_run

SMALL, TINY, WIDE, LINEAR = (PRESETS[name].network for name in ("small-cnn", "tiny", "notebook-1", "linear"))
HERE = {"processor": "This one", "cores": 2}
MNIST = {"images": 60_000, "test_images": 10_000}


def throughput(rate: float, network=SMALL, **recipe) -> Throughput:
    return Throughput(network, Recipe(**recipe), rate)


def seconds(network, recipe: Recipe, *past: Throughput) -> float:
    duration = estimate_duration(network, recipe, past, **MNIST)
    assert duration is not None
    return duration.seconds


def test_without_past_runs_or_a_measured_speed_there_is_no_estimate() -> None:
    assert estimate_duration(SMALL, Recipe(), [], **MNIST) is None


def test_the_same_network_trains_as_fast_as_before() -> None:
    # 54,000 images trained on and 6,000 read at a third of the cost: 56,000 images' worth of work an epoch.
    duration = estimate_duration(SMALL, Recipe(epochs=2), [throughput(5_600.0)], **MNIST)
    assert duration is not None
    assert duration.margins == KNOWN
    assert duration.seconds == duration.least == duration.most == pytest.approx(20.0)
    assert duration.epoch_seconds == pytest.approx(10.0)


def test_the_name_of_the_network_does_not_matter() -> None:
    duration = estimate_duration(SMALL.rename("Other"), Recipe(), [throughput(1_000.0)], **MNIST)
    assert duration is not None
    assert duration.margins == KNOWN


def test_limit_and_validation_images_count() -> None:
    assert seconds(SMALL, Recipe(epochs=1, limit=6_000), throughput(100.0)) == pytest.approx((5_400 + 200) / 100)
    assert seconds(SMALL, Recipe(epochs=1, validation="test"), throughput(100.0)) == pytest.approx(
        (60_000 + 10_000 / 3) / 100
    )
    many = Recipe(epochs=1, limit=1_000_000)
    assert seconds(SMALL, many, throughput(100.0)) == seconds(SMALL, Recipe(epochs=1), throughput(100.0))


def test_the_start_counts_once() -> None:
    past = Throughput(SMALL, Recipe(), 100.0, start_seconds=4.0)
    once, twice = (seconds(SMALL, Recipe(epochs=epochs, limit=6_000), past) for epochs in (1, 2))
    assert once == pytest.approx(4.0 + 56.0)
    assert twice == pytest.approx(4.0 + 2 * 56.0)


def test_one_unusual_training_does_not_matter() -> None:
    past = [throughput(rate) for rate in (10.0, 1_000.0, 1_000.0, 1_010.0, 990.0)]
    assert seconds(SMALL, Recipe(epochs=1), *past) == pytest.approx(56.0)


def test_only_the_newest_count() -> None:
    past = [throughput(1_000.0)] * 5 + [throughput(10.0)] * 100
    assert seconds(SMALL, Recipe(epochs=1), *past) == pytest.approx(56.0)


def test_trainings_with_the_same_batch_size_are_preferred() -> None:
    past = [throughput(9_000.0, batch_size=1024), throughput(1_000.0, batch_size=16)]
    assert seconds(SMALL, Recipe(epochs=1, batch_size=1024), *past) == pytest.approx(56_000 / 9_000)
    assert seconds(SMALL, Recipe(epochs=1, batch_size=16), *past) == pytest.approx(56.0)


def test_another_network_is_scaled_by_its_cost() -> None:
    duration = estimate_duration(WIDE, Recipe(epochs=1), [throughput(9_000.0)], **MNIST)
    assert duration is not None
    assert duration.margins == ROUGH
    # Measured on two cores: notebook-1 trains at 692 images a second where the small CNN does 9,096.
    assert 56_000 / 692 / 2 < duration.seconds < 56_000 / 692 * 2


def test_the_network_nearest_in_cost_is_preferred() -> None:
    like_small = SMALL.add(Dropout(rate=0.5))
    near = [throughput(1_000.0)] * 5
    far = [throughput(1.0, WIDE)] * 5
    assert seconds(like_small, Recipe(epochs=1), *far, *near) == pytest.approx(56.0, rel=0.1)


SPEED = MachineSpeed(multiply_add=1e-9, value=0.0, operation=0.0, parameter=0.0)


def test_a_measured_machine_needs_no_past_runs() -> None:
    duration = estimate_duration(LINEAR, Recipe(epochs=1), [], speed=SPEED, **MNIST)
    assert duration is not None
    assert duration.seconds == pytest.approx(56_000 * 7840e-9)
    assert (duration.least, duration.most) == tuple(duration.seconds * margin for margin in MEASURED)


def test_the_measured_speed_is_preferred_to_runs_of_other_networks() -> None:
    duration = estimate_duration(LINEAR, Recipe(epochs=1), [throughput(1.0, WIDE)], speed=SPEED, **MNIST)
    assert duration is not None
    assert duration.seconds == pytest.approx(56_000 * 7840e-9)


def test_runs_of_the_same_network_are_preferred_to_the_measured_speed() -> None:
    duration = estimate_duration(LINEAR, Recipe(epochs=1), [throughput(100.0, LINEAR)], speed=SPEED, **MNIST)
    assert duration is not None
    assert duration.seconds == pytest.approx(560.0)


def test_only_a_run_that_names_another_machine_was_trained_elsewhere() -> None:
    def elsewhere(machine: dict, owner: str = "") -> bool:
        return was_trained_elsewhere(make_run(result=make_result(machine=machine), owner=owner), HERE)

    assert [elsewhere(machine) for machine in (HERE, {}, {**HERE, "cores": 64})] == [False, False, True]
    assert elsewhere(HERE, REFERENCE)
    assert not was_trained_elsewhere(make_run(owner=REFERENCE), HERE)


def test_augmentation_adds_time() -> None:
    plain, pen = (
        estimate_duration(LINEAR, Recipe(augmentation=name), [], speed=SPEED, **MNIST) for name in ("none", "pen")
    )
    assert plain is not None
    assert pen is not None
    assert pen.seconds > plain.seconds


@hypothesis_settings(deadline=None)
@given(st.sampled_from(sorted(PRESETS)), st.sampled_from(sorted(PRESETS)), st.floats(1.0, 1e6))
def test_every_network_gives_an_estimate_for_every_other(one: str, other: str, rate: float) -> None:
    past = throughput(rate, PRESETS[other].network)
    there = seconds(PRESETS[one].network, Recipe(), past)
    assert there > 0
    # The same network is estimated from its own throughput.
    assert seconds(PRESETS[other].network, Recipe(), past) == pytest.approx(280_000 / rate, rel=0.1)


def test_only_runs_of_this_machine_give_throughputs(settings: Settings) -> None:
    store: RunStore = open_store(settings)
    for rate, machine in ((5.0, HERE), (6.0, {**HERE, "cores": 64}), (0.0, HERE), (7.0, {})):
        finish_run(store, start_run(store), make_result(samples_per_second=rate, machine=machine))
    store.create(TINY, Recipe())
    assert past_throughputs(store.list(), HERE) == [Throughput(TINY, Recipe(), 5.0)]
    store.close()


@pytest.mark.parametrize(("took", "start"), [(9.0, 3.0), (5.0, 0.0), (500.0, MAX_START_SECONDS)])
def test_the_time_beyond_the_steps_is_the_start(settings: Settings, took: float, start: float) -> None:
    store: RunStore = open_store(settings)
    run = start_run(store, data=make_data(training=500, validation=300))
    # Two epochs of 500 images trained on and 300 read at a third of the cost: 1,200 images' worth, at 200 a second.
    finish_run(store, run, make_result(epochs=2, seconds=took, samples_per_second=200.0, machine=HERE))
    assert past_throughputs(store.list(), HERE)[0].start_seconds == pytest.approx(start)
    store.close()
