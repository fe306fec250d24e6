"""How fast the pages are in a real browser, beside a bare Streamlit app in the same run; prints figures and targets.

    python -m benchmarks.page_speed [start ...] [--rounds N]

Without names all parts run, one after the other:

    start    how soon the server answers and the first page is painted
    compare  how soon Compare shows a store of 10,000 runs, and what the store takes for it
    class    how soon Compare opens for a hundred sessions at once, and the memory of that
    ways     how soon one page leads to another, and Compose answers an edit
    memory   what the process that serves the pages takes with ten sessions
    live     how soon the pages of thirty viewers of one live run change, and what that costs its training
"""

import argparse
from collections.abc import Callable, Iterable, Mapping

from benchmarks import page_speed_class, page_speed_compare, page_speed_start, page_speed_viewers, page_speed_ways
from benchmarks.figures import Figure

PARTS: Mapping[str, Callable[[int], Iterable[Figure]]] = {
    "start": page_speed_start.figures,
    "compare": page_speed_compare.figures,
    "class": page_speed_class.figures,
    "ways": page_speed_ways.figures,
    "memory": page_speed_viewers.memory,
    "live": page_speed_viewers.live,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; medians are printed")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in options.parts or PARTS:
        for figure in PARTS[part](options.rounds):
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
