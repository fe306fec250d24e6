"""Damage every kind of file that the lab reads, and look at what happens.

    python -m benchmarks.fuzz [KIND …] [--count 2000] [--seed 0]

Each damaged file must be read, or refused with one sentence. Anything else is a traceback; and a loss is a file on
disk, other than the damaged one, that has changed.
"""

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fuzz_kinds import KINDS, Kind
from mnist_lab.archive_reader import ArchiveError
from mnist_lab.errors import LabError
from mnist_lab.training.checkpoint import DamagedCheckpointError

MAX_SENTENCE = 1_000
_SIDE_FILES = ("-wal", "-shm", "-journal")
_SENTENCES = (LabError, ArchiveError, DamagedCheckpointError)


@dataclass
class Tally:
    """What happened to the files of one kind."""

    kind: str
    tried: int = 0
    read: int = 0
    refused: int = 0
    tracebacks: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    slowest: float = 0.0
    memory_mib: float = 0.0
    """By how much the most memory that this process ever had grew."""

    def row(self) -> str:
        """One line of the table."""
        return (
            f"{self.kind:22} {self.tried:7,} {self.refused:9,} {self.read:7,} {len(self.tracebacks):11,}"
            f" {len(self.losses):7,} {self.slowest:9.2f} {self.memory_mib:7,.0f}"
        )


HEADING = "kind                    inputs  sentence    read  tracebacks  losses slowest s     MiB"


def fuzz(kind: Kind, count: int, seed: int) -> Tally:
    """Damage `count` files of one kind, each in a way that the seed and its number decide."""
    tally, start = Tally(kind.name), _peak_mib()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        good = Path(name) / "good"
        good.mkdir()
        path = kind.make(good)
        content = path.read_bytes()
        if kind.reads_good:
            kind.read(path)
        pristine = path.read_bytes() == content
        for number in range(count):
            chance = random.Random(f"{seed}, {kind.name}, {number}")  # noqa: S311 - reproducible, not secret
            damaged = chance.choice(kind.corruptions)(content, chance)
            _try(kind, Path(name), path.relative_to(good), damaged, tally, number, fresh=number == 0 or not pristine)
    tally.memory_mib = _peak_mib() - start
    return tally


def _try(kind: Kind, folder: Path, name: Path, damaged: bytes, tally: Tally, number: int, *, fresh: bool) -> None:
    """Read one damaged file, in a copy of the folder of good ones."""
    work = folder / "work"
    if fresh or not work.exists():
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(folder / "good", work)
    path = work / name
    path.write_bytes(damaged)
    before = _others(work, path)
    tally.tried += 1
    start = time.perf_counter()
    try:
        kind.read(path)
    except _SENTENCES as error:
        outcome = "" if _is_sentence(str(error)) else f"no sentence: {str(error)[:200]!r}"
        tally.refused += 1
    except BaseException:  # noqa: BLE001 - what must not happen is counted
        outcome = traceback.format_exc()
    else:
        outcome = ""
        tally.read += 1
    tally.slowest = max(tally.slowest, time.perf_counter() - start)
    if outcome:
        tally.tracebacks.append(f"{kind.name}, number {number}: {outcome}")
    changed = {str(other.relative_to(work)) for other, content in before.items() if _content(other) != content}
    if changed:
        tally.losses.append(f"{kind.name}, number {number}: {sorted(changed)}")
        shutil.rmtree(work)


def _others(folder: Path, path: Path) -> dict[Path, int | None]:
    """The checksums of all files but the damaged one and those that belong to it."""
    own = {path, *(path.with_name(f"{path.name}{suffix}") for suffix in _SIDE_FILES)}
    return {other: _content(other) for other in folder.rglob("*") if other.is_file() and other not in own}


def _content(path: Path) -> int | None:
    return zlib.crc32(path.read_bytes()) if path.is_file() else None


def _is_sentence(text: str) -> bool:
    return 0 < len(text) <= MAX_SENTENCE and "\n" not in text and "Traceback" not in text


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**10 if sys.platform != "darwin" else peak / 2**20


def tallies(names: Sequence[str], count: int, seed: int) -> Iterator[Tally]:
    """Damage the files of these kinds, or of all."""
    for kind in KINDS:
        if not names or kind.name in names:
            yield fuzz(kind, count, seed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(kind.name for kind in KINDS)}")
    parser.add_argument("--count", type=int, default=2_000, help="damaged files a kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(HEADING)
    failed = False
    for tally in tallies(options.kinds, options.count, options.seed):
        print(tally.row(), flush=True)
        for message in dict.fromkeys((*tally.tracebacks[:20], *tally.losses[:5])):
            print(message, file=sys.stderr)
        failed = failed or bool(tally.tracebacks or tally.losses)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
