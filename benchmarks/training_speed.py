"""Training speed of the lab compared with plain Keras, with PyTorch, and with the limit of the processor.

    python -m benchmarks.training_speed [--presets notebook-1 …] [--rounds 3] [--peers keras torch]

The lab trains as its users see it: `streamlit run app.py`, the Train page open in Chromium, the run queued in the store
and trained by the app's own worker with snapshots, checkpoints and metrics; the others by `benchmarks.speed_peers`.
They alternate, with the same network, batch size and images. The time runs from the end of one epoch to the end of a
later one, validation included. Ratios are computed per round; medians are printed. The ceiling is the rate of matrix
products in the faster of float32 and bfloat16, measured in the same rounds, divided by the operations of a training
step. Results of all presets and peers are saved in `benchmarks/recorded/speed.json`, the newest of each precision;
`make charts` draws them.
"""

import argparse
import datetime
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from benchmarks import recording
from benchmarks.browser import app, browser_page
from benchmarks.figures import Figure
from mnist_lab.network import analyse, get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunStore, open_store
from mnist_lab.settings import Settings

RECORDED = "speed"
# An epoch of so many images takes plain Keras about ten seconds on two cores. With fewer images the work done once per
# epoch counts at least as much as with all 60,000.
IMAGES = {"notebook-1": 5_000, "notebook-2": 5_000, "notebook-3": 30_000, "small-cnn": 60_000}
EPOCHS, LAB_EPOCHS = 3, 40
"""The lab's run is stopped early. It is planned with so many epochs that its page polls as in a long training."""
SECONDS, PATIENCE = 15.0, 400.0
POLL_SECONDS = 0.1
"""Between two polls of the lab's run: a hundred polls per second would use a tenth of a processor."""
STANDBY_SECONDS = 12.0
"""When a run begins, the app starts the next standby worker, which uses a processor for some seconds, once."""
TARGET_MEAN, TARGET_EACH, TARGET_TORCH, TARGET_SHARE = 1.5, 1.0, 1.0, 0.75
PEERS = ("keras", "torch")
Rates = dict[str, dict[str, list[float]]]
"""By preset and by "lab" or peer: images per second, one per round; of "products": GFLOP per second."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--presets", nargs="+", choices=list(IMAGES), default=list(IMAGES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    options = parser.parse_args()
    for figure in figures(options.rounds, options.presets, options.peers):
        print(figure.line(), flush=True)


def measured(rounds: int, presets: Sequence[str], peers: Sequence[str]) -> tuple[Rates, str]:
    """The rates of all, measured alternately; and the precision that the lab chose."""
    rates: Rates = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as home, app(Path(home)) as lab, browser_page() as page:
        store = open_store(Settings(home=Path(home)))
        for _ in range(rounds):
            for preset in presets:
                rates[preset]["lab"].append(by_the_lab(preset, store, page, lab.address))
                for peer in (*peers, "products"):
                    rates[preset][peer].append(by_peer(peer, preset))
                print(preset, {who: round(values[-1]) for who, values in rates[preset].items()}, file=sys.stderr)
        result = store.list(limit=1)[0].result
        store.close()
    return rates, result.precision if result else ""


def recorded() -> dict[str, dict[str, Any]]:
    """By precision: the last measurement, medians in images per second."""
    return recording.read(RECORDED)


def record(rates: Rates, precision: str) -> None:
    """Save the medians in place of the earlier ones of this precision."""
    medians = {
        preset: {who: round(statistics.median(values)) for who, values in by.items()} for preset, by in rates.items()
    }
    rounds = len(rates["notebook-1"]["lab"])
    now = {"date": datetime.date.today().isoformat(), "rounds": rounds, "rates": medians}
    recording.put(RECORDED, precision, now)


def by_the_lab(preset: str, store: RunStore, page: Page, address: str) -> float:
    """Training images per second of a run of the app, with its page open."""
    run = store.create(get_preset(preset).network, Recipe(epochs=LAB_EPOCHS, limit=IMAGES[preset]))
    page.goto(f"{address}/train?run={run.id}")
    start = time.perf_counter()
    ends: dict[int, float] = {}
    while len(ends) < 2 or max(ends.values()) - min(ends.values()) < SECONDS:
        now = store.get(run.id)
        if now.state.is_ended or time.perf_counter() - start > PATIENCE:
            raise RuntimeError(f"The run of {preset} is {now.state}: {now.message}")
        # The end of an epoch is written at once, so frequent polling shows when it was.
        if now.epochs_done and time.perf_counter() - start > STANDBY_SECONDS:
            ends.setdefault(now.epochs_done, time.perf_counter())
        time.sleep(POLL_SECONDS)
    # The first epoch seen may have ended long before.
    ends.pop(min(ends))
    while len(ends) < 2:
        ends.setdefault(store.get(run.id).epochs_done, time.perf_counter())
        time.sleep(POLL_SECONDS)
    store.request(run.id, Command.STOP)
    while not (now := store.get(run.id)).state.is_ended:
        time.sleep(0.1)
    if now.data is None:
        raise RuntimeError(f"The run of {preset} has no data: {now.message}")
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

    Two per multiply-add, three times: forward, for the gradient of the weights, and for the gradient of the input,
    which the first layer with weights does not need.
    """
    costs = [report.multiply_adds for report in analyse(get_preset(preset).network).layers if report.multiply_adds]
    return (6 * sum(costs) - 2 * costs[0]) / 1e9


def table(rates: Rates, peers: Sequence[str]) -> str:
    """Medians of all, one preset per line."""
    heads = ["lab", *peers, *(f"lab/{peer}" for peer in peers), "ceiling", "share"]
    lines = [f"{'images per second':<16}" + "".join(f"{head:>11}" for head in heads)]
    for preset, by in rates.items():
        medians = [statistics.median(by[who]) for who in ("lab", *peers)]
        ratios = [ratio_to(peer, by) for peer in peers]
        cells = [*(f"{rate:,.0f}" for rate in medians), *(f"{ratio:.2f}×" for ratio in ratios)]
        cells += [f"{ceiling(preset, by):,.0f}", f"{share(preset, by):.0%}"]
        lines.append(f"{preset:<16}" + "".join(f"{cell:>11}" for cell in cells))
    return "\n".join(lines)


def ratio_to(peer: str, by: dict[str, list[float]]) -> float:
    """The median, over the rounds, of the lab's rate over the peer's."""
    return statistics.median(lab / other for lab, other in zip(by["lab"], by[peer], strict=True))


def ceiling(preset: str, by: dict[str, list[float]]) -> float:
    return statistics.median(by["products"]) / training_operations(preset)


def share(preset: str, by: dict[str, list[float]]) -> float:
    return statistics.median(by["lab"]) / ceiling(preset, by)


def figures(rounds: int = 3, presets: Sequence[str] = tuple(IMAGES), peers: Sequence[str] = PEERS) -> Iterator[Figure]:
    """Measure, print the table, and return the figures that have a target."""
    rates, precision = measured(rounds, presets, peers)
    print(table(rates, peers), file=sys.stderr)
    if set(presets) == set(IMAGES) and set(peers) == set(PEERS):
        record(rates, precision)
    detail = ", ".join(f"{preset} {statistics.median(by['lab']):,.0f}" for preset, by in rates.items())
    for peer, name in (("keras", "plain Keras"), ("torch", "PyTorch")):
        if peer not in peers:
            continue
        ratios = [ratio_to(peer, by) for by in rates.values()]
        if peer == "keras":
            mean = statistics.geometric_mean(ratios)
            yield Figure(f"Training speed over {name}, mean", mean, None, "times", f"images/s: {detail}", TARGET_MEAN)
        detail_of_ratios = ", ".join(f"{preset} {ratio:.2f}" for preset, ratio in zip(rates, ratios, strict=True))
        least = TARGET_EACH if peer == "keras" else TARGET_TORCH
        yield Figure(f"Training speed over {name}, least", min(ratios), None, "times", detail_of_ratios, least)
    if "notebook-1" in rates:
        by = rates["notebook-1"]
        products = statistics.median(by["products"])
        detail = f"ceiling {ceiling('notebook-1', by):,.0f} images/s, products {products:.0f} GFLOP/s"
        percent = 100 * share("notebook-1", by)
        yield Figure("Share of the ceiling, notebook-1", percent, None, "%", detail, 100 * TARGET_SHARE, 0)


if __name__ == "__main__":
    main()
