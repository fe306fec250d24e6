"""Which of several settings is better, judged from networks that were trained from several seeds of each."""

import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from mnist_lab import formatting
from mnist_lab.insight.significance import LEVEL, P_VALUE, p_text
from mnist_lab.runs import Run

MIN_SEEDS = 2
"""Fewer seeds have no spread that could be measured."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A network with its recipe and its data, without the seed."""

    name: str
    runs: tuple[Run, ...]
    """Its tested runs, one a seed."""

    @property
    def accuracies(self) -> tuple[float, ...]:
        """The test accuracy of each run, 0..1."""
        return tuple(run.result.test_accuracy for run in self.runs if run.result is not None)


@dataclass(frozen=True, slots=True)
class SettingTest:
    """Welch's t-test of the test accuracies of two settings, over their seeds."""

    message: str
    """For the user: which setting is better, by how much, and whether the seeds show it."""
    difference: float
    """Mean accuracy of B minus that of A, -1..1."""
    interval: tuple[float, float]
    """95 % confidence interval of the difference."""
    p_value: float
    """Probability of a difference at least as large if both settings were equally good."""
    is_significant: bool


def setting_key(run: Run) -> Hashable:
    """Equal for two runs that differ in nothing but their seed, their name and their machine."""
    data = (run.data.fingerprint, run.data.training) if run.data else ()
    recipe = run.recipe.with_changes(seed=0)
    by_hand = tuple((one.step, one.factor) for one in run.interventions if one.factor is not None)
    return run.network.layers, recipe, data, by_hand, run.learning_rate_factor, run.parent


def settings_of(runs: Sequence[Run]) -> list[Setting]:
    """The settings of the tested runs among these, in their order; a seed that was trained twice counts once."""
    found: dict[Hashable, dict[int, Run]] = {}
    for run in runs:
        if run.result is not None:
            found.setdefault(setting_key(run), {}).setdefault(run.recipe.seed, run)
    settings = [tuple(by_seed.values()) for by_seed in found.values()]
    names = [_name(runs[0]) for runs in settings]
    return [
        Setting(f"{name} ({runs[0].id})" if names.count(name) > 1 else name, runs)
        for name, runs in zip(names, settings, strict=True)
    ]


def compare_settings(
    accuracies_a: Sequence[float],
    accuracies_b: Sequence[float],
    names: tuple[str, str] = ("A", "B"),
    *,
    images: int,
    comparisons: int = 1,
) -> SettingTest:
    """Compare two settings by the test accuracies of networks trained from several seeds (Welch's t-test).

    Each seed is one independent observation. The two may spread differently, so the variances are not pooled. The
    result covers the luck of the seeds on these test images.

    Args:
        accuracies_a: One a seed, 0..1; at least two.
        accuracies_b: Likewise.
        names: Names of the two settings in the message.
        images: Number of test images.
        comparisons: Number of comparisons made together; the p-value is multiplied by it (Bonferroni).

    Raises:
        ValueError: A setting has fewer than two seeds.
    """
    if min(len(accuracies_a), len(accuracies_b)) < MIN_SEEDS:
        raise ValueError(f"each setting needs at least {MIN_SEEDS} seeds")
    from scipy.special import stdtr, stdtrit

    # An accuracy is a number of images, so even equal accuracies are only known to half an image.
    smallest = images**-2 / 12
    shares = [max(variance(each), smallest) / len(each) for each in (accuracies_a, accuracies_b)]
    freedom = sum(shares) ** 2 / sum(
        share**2 / (len(each) - 1) for share, each in zip(shares, (accuracies_a, accuracies_b), strict=True)
    )
    error = math.sqrt(sum(shares))
    difference = fmean(accuracies_b) - fmean(accuracies_a)
    p_value = min(1.0, comparisons * 2 * float(stdtr(freedom, -abs(difference) / error)))
    reach = float(stdtrit(freedom, 1 - LEVEL / 2 / comparisons)) * error
    interval = (difference - reach, difference + reach)
    message = _message(names, (accuracies_a, accuracies_b), difference, reach, p_value, comparisons)
    return SettingTest(message, difference, interval, p_value, p_value < LEVEL)


def setting_messages(settings: Sequence[Setting], most: int) -> list[str]:
    """Whether the best setting is better than each of the others that have several seeds; at most `most` messages."""
    pairs = setting_pairs(settings, most)
    return [_pair_message(other, best, len(pairs)) for other, best in pairs]


def setting_pairs(settings: Sequence[Setting], most: int) -> list[tuple[Setting, Setting]]:
    """The pairs that `setting_messages` is about, in its order: another setting and the best one."""
    tested = [setting for setting in settings if len(setting.runs) >= MIN_SEEDS]
    if len(tested) < 2:
        return []
    best = max(tested, key=lambda setting: fmean(setting.accuracies))
    return [(setting, best) for setting in tested if setting is not best][:most]


def _pair_message(other: Setting, best: Setting, comparisons: int) -> str:
    data = {run.data.fingerprint if run.data else "" for run in (other.runs[0], best.runs[0])}
    if len(data) > 1:
        return f"{best.name} and {other.name} were trained on different data, so their settings cannot be compared."
    result = best.runs[0].result
    images = max(1, sum(map(sum, result.confusion))) if result else 1
    names = other.name, best.name
    return compare_settings(other.accuracies, best.accuracies, names, images=images, comparisons=comparisons).message


def _message(
    names: tuple[str, str],
    accuracies: tuple[Sequence[float], Sequence[float]],
    difference: float,
    reach: float,
    p_value: float,
    comparisons: int,
) -> str:
    (better, high), (other, low) = sorted(zip(names, accuracies, strict=True), key=lambda pair: -fmean(pair[1]))
    seeds = f"{len(high)} seeds each" if len(high) == len(low) else f"{len(high)} and {len(low)} seeds"
    corrected = f", corrected for {comparisons} comparisons" if comparisons > 1 else ""
    bounds = f"{100 * (abs(difference) - reach):.2f} to {100 * (abs(difference) + reach):.2f} points"
    figures = (
        f"mean test accuracy {formatting.accuracy(fmean(high))} against {formatting.accuracy(fmean(low))}, "
        f"difference {formatting.points(difference)} (95 % interval {bounds}; Welch's t-test, {seeds}, "
        f"{P_VALUE} {p_text(p_value)}{corrected})"
    )
    if p_value < LEVEL:
        return f"The setting of {better} is better than that of {other}: {figures}."
    return (
        f"The seeds do not show that the setting of {better} is better than that of {other}: {figures}. "
        f"Only a difference of about {formatting.points(reach)} or more would show with so few seeds."
    )


def _name(run: Run) -> str:
    return formatting.shortened(re.sub(r"\s·\sseed \d+$", "", run.name), 32)
