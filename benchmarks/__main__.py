"""All figures that have a target, in one command: `make bench`, or `python -m benchmarks [speed …] [--rounds N]`.

Without names all parts run, one after the other: with three rounds for about an hour and three quarters on two cores:

    steps      training steps with the lab's faster operations, beside those of the layers themselves
    speed      training speed, beside plain Keras and PyTorch, and beside what the processor can do
    recipes    what the recipes reach, and the notebook's table beside the lab's (recorded trainings)
    learning   whether the lab's way and plain Keras learn the same
    estimates  how well the time of an epoch is foretold
    strangers  how well the digits of strangers are read, and what that costs in training
    novelty    how well drawings that are no digits are told from digits
    pages      how fast the pages are, beside a bare Streamlit app
    drawing    how soon a drawing is read while the pen is down

A figure that misses its target is printed as such; the exit status tells only of what could not be measured.
"""

import argparse
import logging
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping

from benchmarks import (
    estimates,
    live_drawing,
    not_a_digit,
    page_speed,
    recipes,
    same_learning,
    strangers,
    training_speed,
    training_steps,
)
from benchmarks.figures import Figure
from mnist_lab.training.hardware import machine_info


def _pages(rounds: int) -> Iterable[Figure]:
    for part in page_speed.PARTS.values():
        yield from part(rounds)


PARTS: Mapping[str, Callable[[int], Iterable[Figure]]] = {
    "steps": training_steps.figures,
    "speed": training_speed.figures,
    "recipes": lambda _rounds: recipes.figures(),
    "learning": lambda _rounds: same_learning.figures(),
    "estimates": lambda _rounds: estimates.figures(),
    "strangers": lambda _rounds: strangers.figures(),
    "novelty": lambda _rounds: not_a_digit.figures(every=10),
    "pages": _pages,
    "drawing": lambda _rounds: live_drawing.figures(),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; medians are printed")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    machine = machine_info()
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {platform.platform()}")
    print(f"load of the last minute {os.getloadavg()[0]:.1f}, before anything was measured")
    found: list[Figure] = []
    failed: list[str] = []
    for part in options.parts or PARTS:
        try:
            for figure in PARTS[part](options.rounds):
                print(figure.line(), flush=True)
                found.append(figure)
        except Exception:
            # What was measured for an hour is not to be lost, nor what comes after.
            logging.exception("%s could not be measured to its end", part)
            failed.append(part)
    missed = sum(not figure.holds for figure in found)
    print(f"{len(found) - missed} hold, {missed} miss; docs/benchmarks.md tells why, and what was tried")
    if failed:
        sys.exit(f"not measured to the end: {', '.join(failed)}")


if __name__ == "__main__":
    main()
