"""The run doctor on real trainings, recorded by `python -m benchmarks.doctor --calibration --seeds 2 --record`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.doctor import alarms
from benchmarks.recorded_run import from_record
from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.insight.doctor.diagnosis import EXPLAINED_BY, RULES
from mnist_lab.runs import RunState

RECORDS = {path.stem: json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("recorded/*.json"))}
HEALTHY = [name for name, record in RECORDS.items() if record["group"] == "healthy"]
WITH_PROBLEM = [name for name, record in RECORDS.items() if record["group"] == "illness"]
NOTES = [name for name, record in RECORDS.items() if record["group"] == "note"]
ONLY_AT_THE_END = {"rate-too-low", "underfitting", "still-improving"}
"""Kinds that can only be found at the end."""


def found(record: dict[str, Any]) -> tuple[Finding, ...]:
    return diagnose(*from_record(record))


def test_every_kind_of_finding_is_recorded():
    assert {record["expected"] for record in RECORDS.values()} == {*RULES, ""}
    assert len(HEALTHY) == 20


@pytest.mark.parametrize("name", WITH_PROBLEM)
def test_the_expected_problem_is_found(name: str):
    assert RECORDS[name]["expected"] in alarms(found(RECORDS[name]))


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_gives_no_alarm(name: str):
    assert not alarms(found(RECORDS[name]))


@pytest.mark.parametrize("name", NOTES)
def test_the_expected_note_is_found(name: str):
    assert RECORDS[name]["expected"] in [finding.kind for finding in found(RECORDS[name])]


@pytest.mark.parametrize("name", [*WITH_PROBLEM, *HEALTHY])
def test_without_layer_health_all_but_dead_units_is_found_from_the_curves(name: str):
    record = RECORDS[name]
    expected = {record["expected"]} - {"", "dead-units"}
    assert expected <= set(alarms(found({**record, "health": []})))


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_gives_no_alarm_at_any_point_before_its_end(name: str):
    run, points, health = from_record(RECORDS[name])
    running = replace(run, state=RunState.RUNNING)
    for count in range(len(points) + 1):
        assert not alarms(diagnose(running, points[:count], health))


@pytest.mark.parametrize("name", [*WITH_PROBLEM, *HEALTHY, *NOTES])
def test_while_a_run_is_under_way_only_what_is_certain_is_reported(name: str):
    run, points, health = from_record(RECORDS[name])
    running = replace(run, state=RunState.RUNNING, diverged=False)
    for count in range(0, len(points), 5):
        kinds = {finding.kind for finding in diagnose(running, points[:count], health)}
        assert not kinds & ONLY_AT_THE_END


@pytest.mark.parametrize("name", [*WITH_PROBLEM, *HEALTHY, *NOTES])
def test_what_is_reported_while_a_run_is_under_way_still_holds_at_its_end(name: str):
    run, points, health = from_record(RECORDS[name])
    running = replace(run, state=RunState.RUNNING, diverged=False)
    at_the_end = {finding.kind for finding in diagnose(run, points, health)}
    for count in range(0, len(points), 3):
        for kind in alarms(diagnose(running, points[:count], health)):
            assert kind in at_the_end or EXPLAINED_BY[kind] & at_the_end, (count, kind)


@pytest.mark.parametrize("name", [*WITH_PROBLEM, *NOTES])
def test_every_problem_has_a_remedy(name: str):
    record = RECORDS[name]
    finding = next(each for each in found(record) if each.kind == record["expected"])
    assert finding.remedies or finding.kind == "training-gap"
