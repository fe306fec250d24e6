"""How fast the lab trains, beside plain Keras and PyTorch, and beside what the processor can do.

    python -m benchmarks.training_speed [--presets notebook-1 …] [--rounds 3] [--peers keras torch]

The lab trains as its users see it: `streamlit run app.py`, the Train page open in Chromium, the run queued in the store
and trained by the app's own worker with snapshots, checkpoints and metrics; the others by `benchmarks.speed_peers`. All
take turns, with the same network, batch size and images; what counts is the time from the end of one epoch to that of
a later one, validation included. A ratio is of one round; medians are printed. The ceiling is the rate of bfloat16
matrix products, measured in the same rounds, over what the multiply-adds of a training step come to.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import app, browser_page
from mnist_lab.network import analyse, get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunStore, open_store
from mnist_lab.settings import Settings

# So many that an epoch takes plain Keras some five seconds on two cores.
IMAGES = {"notebook-1": 2_500, "notebook-2": 2_500, "notebook-3": 16_000, "small-cnn": 32_000}
EPOCHS = 4
SECONDS, PATIENCE = 15.0, 240.0
STANDBY_SECONDS = 12.0
"""When a run begins, the app makes the next worker ready; that takes some seconds of a processor, once."""
TARGET_MEAN, TARGET_EACH, TARGET_SHARE = 2.0, 1.6, 0.75
Rates = dict[str, dict[str, list[float]]]
"""By preset and by who trained it: images a second, one a round; of "products": GFLOP a second."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--presets", nargs="+", choices=list(IMAGES), default=list(IMAGES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=["keras", "torch"], default=["keras", "torch"])
    options = parser.parse_args()
    rates: Rates = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as home, app(Path(home)) as lab, browser_page() as page:
        store = open_store(Settings(home=Path(home)))
        for _ in range(options.rounds):
            for preset in options.presets:
                rates[preset]["lab"].append(by_the_lab(preset, store, page, lab.address))
                for peer in (*options.peers, "products"):
                    rates[preset][peer].append(by_peer(peer, preset))
                print(preset, {who: round(values[-1]) for who, values in rates[preset].items()}, file=sys.stderr)
        store.close()
    report(rates, options.peers)


def by_the_lab(preset: str, store: RunStore, page: Page, address: str) -> float:
    """Training images a second of a run of the app, with its page open."""
    run = store.create(get_preset(preset).network, Recipe(epochs=1_000, limit=IMAGES[preset]))
    page.goto(f"{address}/train?run={run.id}")
    start = time.perf_counter()
    ends: dict[int, float] = {}
    while len(ends) < 2 or max(ends.values()) - min(ends.values()) < SECONDS:
        now = store.get(run.id)
        if now.state.is_ended or time.perf_counter() - start > PATIENCE:
            raise RuntimeError(f"The run of {preset} is {now.state}: {now.sentence}")
        # An epoch's end is written at once, so that looking often tells when it was.
        if now.epochs_done and time.perf_counter() - start > STANDBY_SECONDS:
            ends.setdefault(now.epochs_done, time.perf_counter())
        time.sleep(0.01)
    # The first one may have ended long before it was looked at.
    ends.pop(min(ends))
    while len(ends) < 2:
        ends.setdefault(store.get(run.id).epochs_done, time.perf_counter())
        time.sleep(0.01)
    store.request(run.id, Command.STOP)
    while not (now := store.get(run.id)).state.is_ended:
        time.sleep(0.1)
    if now.data is None:
        raise RuntimeError(f"The run of {preset} has no data: {now.sentence}")
    first, last = min(ends), max(ends)
    return now.data.training * (last - first) / (ends[last] - ends[first])


def by_peer(peer: str, preset: str) -> float:
    command = [sys.executable, "-m", "benchmarks.speed_peers", peer, preset]
    command += ["--images", str(IMAGES[preset]), "--epochs", str(EPOCHS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{peer} failed: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])


def training_operations(preset: str) -> float:
    """Floating-point operations of one training step for one image, in GFLOP.

    Two a multiply-add, three times: forward, for the weights' gradient, and for the input's, which the first layer with
    weights has no use for.
    """
    costs = [report.multiply_adds for report in analyse(get_preset(preset).network).layers if report.multiply_adds]
    return (6 * sum(costs) - 2 * costs[0]) / 1e9


def report(rates: Rates, peers: list[str]) -> None:
    """Print the table and whether the targets are met."""
    heads = ["lab", *peers, *(f"lab/{peer}" for peer in peers), "ceiling", "share"]
    print(f"{'images a second':<16}" + "".join(f"{head:>11}" for head in heads))
    ratios: dict[str, list[float]] = defaultdict(list)
    for preset, by in rates.items():
        medians = [statistics.median(by[who]) for who in ("lab", *peers)]
        for peer in peers:
            pairs = zip(by["lab"], by[peer], strict=True)
            ratios[peer].append(statistics.median(lab / other for lab, other in pairs))
        ceiling = statistics.median(by["products"]) / training_operations(preset)
        cells = [f"{rate:,.0f}" for rate in medians] + [f"{ratios[peer][-1]:.2f}×" for peer in peers]
        cells += [f"{ceiling:,.0f}", f"{medians[0] / ceiling:.0%}"]
        print(f"{preset:<16}" + "".join(f"{cell:>11}" for cell in cells))
        if preset == "notebook-1":
            share = medians[0] / ceiling
    if "keras" in ratios:
        mean, least = statistics.geometric_mean(ratios["keras"]), min(ratios["keras"])
        print(f"lab over Keras, geometric mean {mean:.2f} (at least {TARGET_MEAN}: {_verdict(mean >= TARGET_MEAN)})")
        print(f"lab over Keras, least {least:.2f} (at least {TARGET_EACH}: {_verdict(least >= TARGET_EACH)})")
    if "torch" in ratios:
        print(f"lab over PyTorch, least {min(ratios['torch']):.2f} (above 1: {_verdict(min(ratios['torch']) > 1)})")
    if "notebook-1" in rates:
        print(f"share of the ceiling, notebook-1 {share:.0%} (at least 75 %: {_verdict(share >= TARGET_SHARE)})")


def _verdict(holds: bool) -> str:
    return "holds" if holds else "MISSES"


if __name__ == "__main__":
    main()
