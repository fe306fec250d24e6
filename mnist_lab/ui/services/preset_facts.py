"""What a preset costs, and the run that came of it: the figures of its card."""

from collections.abc import Mapping
from dataclasses import dataclass

from mnist_lab.insight import DurationEstimate, was_trained_elsewhere
from mnist_lab.network import PRESETS, Preset, analyse
from mnist_lab.recipe import preset_recipe
from mnist_lab.runs import Run
from mnist_lab.training.hardware import machine_info
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.training_time import mnist_training_time


@dataclass(frozen=True, slots=True)
class PresetFacts:
    """The figures of a preset."""

    parameters: int
    run_id: str | None
    """The reference run of this network, or else the newest finished one; None if nobody has trained it yet."""
    run_name: str
    accuracy: float | None
    """The run's accuracy on the test images, 0..1."""
    on_sample: bool
    """Whether the run was trained and tested on a sample instead of MNIST."""
    seconds: float | None
    """Of the run's training, wherever that was."""
    elsewhere: bool
    """Whether that was on another machine."""
    expected: DurationEstimate | None
    """Of a training on MNIST with the preset's recipe on this machine; None if its speed is not known yet."""


def preset_facts() -> Mapping[str, PresetFacts]:
    """The figures of all presets by name, read once for all sessions until the list of runs changes.

    Raises:
        StoreError: The store cannot be read.
    """
    shared = services()
    shared.reference.ensure()
    # Outside the cache: reading the throughputs of past runs must not wait for those who draw a table.
    expected = {name: mnist_training_time(preset.network, preset_recipe(name)) for name, preset in PRESETS.items()}
    runs = shared.table_cache.shared("preset-runs", _runs)
    return {name: _facts(preset, runs.get(name), expected[name]) for name, preset in PRESETS.items()}


def _runs() -> dict[str, Run]:
    wanted = {name: (preset.network, preset_recipe(name)) for name, preset in PRESETS.items()}
    return services().store.finished_by_network(wanted)


def _facts(preset: Preset, run: Run | None, expected: DurationEstimate | None) -> PresetFacts:
    result = None if run is None else run.result
    return PresetFacts(
        parameters=analyse(preset.network).parameters or 0,
        run_id=None if run is None else run.id,
        run_name="" if run is None else run.name,
        accuracy=None if result is None else result.test_accuracy,
        on_sample=run is not None and run.used_sample,
        seconds=None if run is None else run.training_seconds,
        elsewhere=run is not None and was_trained_elsewhere(run, machine_info()),
        expected=expected,
    )
