"""The machine is measured once, in steps, and what was measured is kept and told apart from another machine's."""

import json
import os
import subprocess
import sys
import time

import pytest

from mnist_lab.network import PRESETS, MachineSpeed, TrainingWork, analyse, training_work
from mnist_lab.recipe import Recipe
from mnist_lab.settings import Settings
from mnist_lab.training import hardware
from mnist_lab.training.engine import hardware_benchmark
from mnist_lab.training.engine.hardware_benchmark import PROBES, calibrate, fit_costs, seconds_per_image
from mnist_lab.training.hardware import SPEED, load_measurement, machine_speed, save_measurement


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        hardware_benchmark, "seconds_per_image", lambda network, _recipe, _precision: 1e-5 * len(network.layers)
    )
    monkeypatch.setattr(hardware_benchmark, "choose_precision", lambda _settings, _wanted: "float32")
    monkeypatch.setattr(hardware_benchmark.CpuContention, "share", lambda _self: 0.0)


@pytest.mark.usefixtures("quick")
def test_a_machine_is_measured_a_probe_at_a_time_and_only_once(settings: Settings) -> None:
    assert machine_speed(settings) is None
    probes = calibrate(settings)
    for _ in PROBES:
        next(probes)
        assert machine_speed(settings) is None
    assert list(probes) == []
    known = machine_speed(settings)
    assert known is not None
    assert list(calibrate(settings)) == []
    assert machine_speed(settings) == known


@pytest.mark.usefixtures("quick")
def test_a_probe_disturbed_by_other_programs_is_repeated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = iter([0.9, 0.0, 0.0, 0.5, 0.5, 0.1, 0.0])
    monkeypatch.setattr(hardware_benchmark.CpuContention, "share", lambda _self: next(shares))
    assert len(list(calibrate(settings))) == len(PROBES) + 3
    assert machine_speed(settings) is not None


@pytest.mark.usefixtures("quick")
def test_on_a_busy_machine_nothing_is_saved(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware_benchmark.CpuContention, "share", lambda _self: 0.9)
    assert len(list(calibrate(settings))) == hardware_benchmark.MAX_TRIES
    assert machine_speed(settings) is None


def test_what_this_program_takes_is_not_taken_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    # A machine on which nothing else works.
    monkeypatch.setattr(hardware_benchmark, "_busy_seconds", time.process_time)
    others = hardware_benchmark.CpuContention()
    end = time.perf_counter() + 0.3
    while time.perf_counter() < end:
        pass
    assert others.share() == pytest.approx(0.0, abs=0.01)


def test_what_other_programs_take_is_seen() -> None:
    burning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        others = hardware_benchmark.CpuContention()
        time.sleep(1.0)
        share = others.share()
    finally:
        burning.kill()
        burning.wait()
    assert 0.2 / (os.cpu_count() or 1) < share <= 1


def test_costs_are_recovered_from_computed_seconds() -> None:
    truth = MachineSpeed(5e-11, 2e-9, 2e-4, 8e-9)
    works = [training_work(analyse(PRESETS[name].network), 100) for name in PROBES]
    found = fit_costs(works, [truth.seconds(work) for work in works])
    assert found == pytest.approx((5e-11, 2e-9, 2e-4, 8e-9), rel=1e-3)


def test_no_cost_is_negative() -> None:
    # More work in less time: only a negative cost could explain it.
    works = [TrainingWork(1, 1, 1, 1), TrainingWork(2, 1, 1, 1), TrainingWork(3, 1, 1, 1), TrainingWork(4, 1, 1, 1)]
    assert min(fit_costs(works, [4.0, 3.0, 2.0, 1.0])) >= 0


def test_a_larger_network_takes_longer() -> None:
    tiny, small = (
        seconds_per_image(PRESETS[name].network, Recipe(), "float32", seconds=0.2) for name in ("linear", "small-cnn")
    )
    assert 0 < tiny < small


def test_a_batch_of_any_size_can_be_measured() -> None:
    assert seconds_per_image(PRESETS["linear"].network, Recipe(batch_size=8192), "float32", seconds=0.0) > 0


def test_measurements_are_saved_beside_one_another(settings: Settings) -> None:
    save_measurement(settings, "one", [1.5])
    save_measurement(settings, "other", [2, 3])
    assert load_measurement(settings, "one") == [1.5]
    assert load_measurement(settings, "other") == [2.0, 3.0]


def test_measurements_of_another_machine_do_not_count(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    save_measurement(settings, SPEED, [1e-11, 1e-9, 1e-4, 1e-9])
    monkeypatch.setattr(hardware, "_this_machine", lambda: "another one")
    assert machine_speed(settings) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[1, 2]",
        '{"KEY": null}',
        '{"KEY": [1, 2]}',
        '{"KEY": [0, 0, 0, 0]}',
        '{"KEY": [1, 1, 1, -1]}',
        '{"KEY": [NaN, NaN, NaN, NaN]}',
        '{"KEY": [Infinity, 1, 1, 1]}',
        '{"KEY": [1e308, 1e308, 1e308, 1e308]}',
        '{"KEY": [5e-324, 5e-324, 5e-324, 5e-324]}',
        f'{{"KEY": [1{"0" * 400}, 1, 1, 1]}}',
        "[" * 100_000,
    ],
)
@pytest.mark.usefixtures("quick")
def test_a_damaged_measurement_file_is_ignored_and_replaced(settings: Settings, content: str) -> None:
    save_measurement(settings, SPEED, [1e-11, 1e-9, 1e-4, 1e-9])
    path = settings.cache_folder / "machine.json"
    (key,) = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(content.replace("KEY", key), encoding="utf-8")
    assert machine_speed(settings) is None
    assert len(list(calibrate(settings))) == len(PROBES)
    assert machine_speed(settings) is not None
    save_measurement(settings, SPEED, [1e-11, 1e-9, 1e-4, 1e-9])
    assert machine_speed(settings) == MachineSpeed(1e-11, 1e-9, 1e-4, 1e-9)


def test_a_cache_that_cannot_be_written_costs_nothing_else(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    settings.cache_folder.write_text("a file in the way", encoding="utf-8")
    save_measurement(settings, SPEED, [1e-11, 1e-9, 1e-4, 1e-9])
    assert machine_speed(settings) is None
