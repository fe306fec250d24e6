"""Reads a Dockerfile, as far as ours goes: stages, their steps, and which files the build may see."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

_KEYWORDS = frozenset(
    {
        *("FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE"),
        *("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "LABEL", "ARG"),
    }
)


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile."""

    keyword: str
    text: str
    """What stands after the keyword, in one line."""

    def words(self) -> list[str]:
        """The words of the text: those of a JSON list, or those between blanks."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclass(frozen=True)
class Stage:
    """The instructions from one `FROM` to the next."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def last(self, keyword: str) -> Step | None:
        """The last instruction of this kind, which is the one that counts."""
        return next((step for step in reversed(self.steps) if step.keyword == keyword), None)

    def environment(self) -> dict[str, str]:
        """All variables that the stage sets."""
        pairs = (word.partition("=") for step in self.steps if step.keyword == "ENV" for word in step.words())
        return {name: value for name, _, value in pairs}

    def health_check(self) -> list[str]:
        """The command of the health check; empty if there is none."""
        step = self.last("HEALTHCHECK")
        return Step("CMD", step.text.partition("CMD ")[2].strip()).words() if step else []


def parse_dockerfile(text: str) -> list[Stage]:
    """The stages of a Dockerfile.

    Raises:
        ValueError: It has an instruction that is not known here.
    """
    kept = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", "\n".join(kept)).splitlines()
    stages: list[Stage] = []
    for line in filter(None, map(str.strip, lines)):
        keyword, _, rest = line.partition(" ")
        if keyword not in _KEYWORDS:
            raise ValueError(f"The instruction {keyword} is not known.")
        if keyword == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base.strip(), name.strip()))
        else:
            stages[-1].steps.append(Step(keyword, rest.strip()))
    return stages


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of `.dockerignore`, which matches a path or a folder above it."""
    parts = {"**/": r"(?:.*/)?", "*": r"[^/]*"}
    escaped = "".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*)", text))
    return re.compile(f"{escaped}(?:/.*)?")


def visible_files(root: Path, ignore: str, candidates: list[Path]) -> list[Path]:
    """Those of the files below `root` that the patterns of `.dockerignore` let a build see; the last match counts."""
    lines = [line.strip() for line in ignore.splitlines() if line.strip() and not line.startswith("#")]
    rules = [(line.startswith("!"), _pattern(line.removeprefix("!").rstrip("/"))) for line in lines]

    def is_visible(path: Path) -> bool:
        name = path.relative_to(root).as_posix()
        return next((shows for shows, pattern in reversed(rules) if pattern.fullmatch(name)), True)

    return [path for path in candidates if is_visible(path)]
