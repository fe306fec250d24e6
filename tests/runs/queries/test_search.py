"""Finding ended runs by words, state and sweep within the store, and records that cannot be read."""

import json

import pytest
from sqlalchemy import create_mock_engine, text, update
from sqlalchemy.dialects import postgresql, sqlite

from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import ENDED_STATES, DataInfo, RunState, RunStore
from mnist_lab.runs import integrity as module
from mnist_lab.runs.queries.search import MAX_SEARCH_LENGTH, search_query
from mnist_lab.runs.schema import metadata, runs

MNIST = DataInfo("mnist", "MNIST", "f" * 16, 900, 100, 100, "holdout")
SAMPLE = DataInfo("mnist-sample", "MNIST sample (5,000 images)", "d" * 16, 900, 100, 100, "holdout", "No network.")
UCI = DataInfo("uci-digits", "UCI digits, the offline sample", "e" * 16, 900, 100, 100, "holdout", "No network.")


def ended(
    store: RunStore,
    name: str,
    *,
    state: RunState = RunState.FAILED,
    group: str = "",
    data: DataInfo | None = None,
    **recipe: object,
) -> str:
    run = store.create(PRESETS["tiny"].network, Recipe(**recipe), name=name, group=group)
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    if data is not None:
        store.attempt(claimed).set_data(data)
    store.attempt(claimed).move(RunState.RUNNING)
    store.attempt(claimed).finish(state, None, "It stopped.")
    return run.id


def test_all_ended_runs_are_found_newest_first(store: RunStore, network: Network) -> None:
    ids = [ended(store, name) for name in ("One", "Two", "Three")]
    store.create(network, Recipe(), name="Waiting")
    assert store.search().ids == ids[::-1]
    assert store.search(exclude=[ids[1]]).ids == [ids[2], ids[0]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ÄHRE", "Ähre"),
        ("ähre straße", "Ähre"),
        ("STRASSE", "Ähre"),
        ("straße 100%", "Ähre"),
        ("100_", ""),
        ("sgd", "Sgd run"),
        ("adamw", ""),
        ("uci", "Former sample"),
        ("offline sample", "Former sample"),
        ("mnist", "Sampled, On MNIST"),
        ("mnist 5,000", "Sampled"),
        ("dropouts", "Swept"),
        ("interrupted", "Lost"),
        ("title", ""),
        ("holdout", ""),
        ("ähre sgd", ""),
        ("'; drop table runs", ""),
    ],
)
def test_words_are_parts_of_what_the_table_says_of_a_run(store: RunStore, words: str, found: str) -> None:
    ids = {
        "Ähre": ended(store, "Ähre"),
        "Sgd run": ended(store, "Sgd run", optimizer="sgd"),
        "Former sample": ended(store, "Former", data=UCI),
        "On MNIST": ended(store, "Real", data=MNIST),
        "Sampled": ended(store, "Small", data=SAMPLE),
        "Swept": ended(store, "Swept", group="Dropouts"),
        "Lost": ended(store, "Lost", state=RunState.INTERRUPTED),
    }
    store.annotate(ids["Ähre"], "In der Straße, 100% sure")
    assert store.search(words).ids == [ids[name] for name in found.split(", ") if name]


def test_an_id_and_very_many_words_find_too(store: RunStore) -> None:
    one, _ = ended(store, "aa"), ended(store, "b")
    assert store.search(one).ids == [one]
    assert store.search("a " * 50_000).ids == store.search("a").ids
    assert store.search("a" * 100_000).ids == []
    assert store.search("b" + " " * MAX_SEARCH_LENGTH + "no such word").ids == store.search("b").ids


def test_states_sweeps_and_words_are_wanted_together(store: RunStore) -> None:
    one = ended(store, "One", group="Dropouts")
    ended(store, "Two", group="Dropouts", state=RunState.INTERRUPTED)
    ended(store, "One", group="Rates")
    ended(store, "One")
    assert store.search("one", [RunState.FAILED], "Dropouts").ids == [one]


def test_runs_of_a_sample_are_counted(store: RunStore) -> None:
    ended(store, "Sampled", data=SAMPLE)
    ended(store, "Former", data=UCI)
    ended(store, "Real", data=MNIST)
    ended(store, "Before its data")
    assert store.search().on_sample == 2
    assert store.search("real").on_sample == 0


def test_how_the_json_is_written_does_not_matter(store: RunStore) -> None:
    one = ended(store, "One", data=MNIST)
    two = ended(store, "Two", data=SAMPLE, optimizer="rmsprop")
    with store.db.write() as connection:
        for row in connection.execute(runs.select()).all():
            data, recipe = (
                json.dumps(dict(reversed(json.loads(text).items())), separators=(" ,", ":")).replace("{", "{\n")
                for text in (row.data, row.recipe)
            )
            connection.execute(update(runs).where(runs.c.id == row.id).values(data=data, recipe=recipe))
    assert store.search("rmsprop").ids == store.search("sample").ids == [two]
    assert store.search("mnist adam").ids == [one]
    assert store.search().on_sample == 1


@pytest.mark.parametrize("damage", ["", "null", "[1]", '"source"', '{"source": ', '{"source": null}', "[" * 5000])
def test_a_damaged_record_does_not_keep_others_from_being_found(store: RunStore, damage: str) -> None:
    whole = ended(store, "Whole", data=SAMPLE)
    damaged = ended(store, "Damaged", data=SAMPLE)
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == damaged).values(data=damage, recipe=damage))
    assert store.search("sample adam").ids == [whole]
    assert store.search("damaged").ids == [damaged]
    assert store.search().on_sample == 1


def test_the_tally_has_states_and_sweeps_without_the_runs(store: RunStore, network: Network) -> None:
    ended(store, "One", group="Old")
    ended(store, "Two", group="New")
    ended(store, "Three", group="Old", state=RunState.INTERRUPTED)
    last = ended(store, "Four")
    store.create(network, Recipe(), name="Waiting", group="Not yet")
    tally = store.tally()
    assert tally.states == {RunState.FAILED: 3, RunState.INTERRUPTED: 1}
    assert (tally.runs, tally.groups) == (4, ["Old", "New"])
    assert store.tally(exclude=[last]).runs == 3
    assert store.tally(RunState, group="Old").states == {RunState.FAILED: 1, RunState.INTERRUPTED: 1}
    assert store.tally(RunState, group="Not yet").states == {RunState.QUEUED: 1}


def test_runs_come_in_the_order_of_their_ids_without_those_that_are_gone(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_lab.runs.queries.many_runs.MAX_IDS", 2)
    ids = [ended(store, name) for name in ("One", "Two", "Three")]
    assert [run.name for run in store.runs_of([ids[1], "gone", ids[2], ids[0]])] == ["Two", "Three", "One"]
    assert store.runs_of([]) == []


def test_a_record_is_read_once_and_again_when_its_run_has_changed(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = module.is_readable
    monkeypatch.setattr(module, "is_readable", lambda row: read.append(row.id) or real(row))
    ids = [ended(store, name) for name in ("One", "Two")]
    assert (store.damaged(), sorted(read)) == ([], sorted(ids))
    assert (store.damaged(), len(read)) == ([], 2)
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == ids[0]).values(recipe="[]"))
    assert (store.damaged(), store.damaged()) == ([ids[0]], [ids[0]])
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == ids[0]).values(recipe=Recipe().to_json()))
    assert store.damaged() == []


def test_postgresql_is_asked_in_its_own_words() -> None:
    query = search_query("Ähre adam", ENDED_STATES, None, [], is_sqlite=False)
    asked = str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    assert "lower(runs.name || " in asked
    assert """SUBSTRING(runs.recipe FROM '"optimizer"\\s*:\\s*"([^"]*)"') IN ('adam', 'adamw', 'nadam')""" in asked
    assert "casefold" not in asked
    assert "json" not in asked


@pytest.mark.sqlite
@pytest.mark.parametrize("words", ["", "ähre", "ähre adam", "offline sample"])
def test_a_search_in_sqlite_reads_no_whole_run(store: RunStore, words: str) -> None:
    query = search_query(words, ENDED_STATES, "Dropouts", ["aaaaaaaa"], is_sqlite=True)
    asked = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with store.db.read() as connection:
        steps = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert steps[0].startswith("SEARCH runs USING COVERING INDEX runs_searched")


def test_postgresql_gets_no_index_whose_rows_a_note_would_not_fit() -> None:
    made: list[str] = []
    engine = create_mock_engine("postgresql://", lambda statement, *_, **__: made.append(str(statement)))
    metadata.create_all(engine, checkfirst=False)
    assert any("runs_by_state" in statement for statement in made)
    assert not any("runs_searched" in statement for statement in made)
