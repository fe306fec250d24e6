"""The command `handwriting`."""

import pytest

from mnist_lab.handwriting import Collection
from mnist_lab.runs import MACHINE
from tests.handwriting.drawn import drawn


@pytest.fixture
def collection(store):
    made = Collection(store.db)
    made.keep([drawn(seed) for seed in (3, 3, 5)], MACHINE)
    return made


def test_an_empty_collection_says_how_to_fill_it(call):
    assert "No drawing was kept yet" in call("handwriting", "list").out
    assert call("handwriting", "list", "--json").json["drawings"] == []


def test_the_drawings_are_listed(call, collection):
    assert drawn(3).id in call("handwriting", "list").out
    listed = call("handwriting", "list", "--json").json
    assert {(each["id"], each["label"], each["by"]) for each in listed["drawings"]} == {
        (drawn(seed).id, seed, "the command line") for seed in (3, 5)
    }
    assert (listed["labels"]["3"], listed["labels"]["0"]) == (1, 0)


@pytest.mark.parametrize("name", ["ours.json", "ours.zip"])
def test_a_file_that_was_exported_is_imported_again(call, collection, name):
    assert call("handwriting", "export", "-o", name, "--json").json["drawings"] == 2
    collection.delete([drawn(5).id], MACHINE)
    assert call("handwriting", "import", name, "--json").json == {"added": 1, "present": 1}
    assert sorted(collection.index().labels.tolist()) == [3, 5]
    assert "Added 0 drawings; 2 were there already." in call("handwriting", "import", name).out


def test_an_export_overwrites_nothing_and_needs_a_known_ending(refused, call, collection):
    call("handwriting", "export", "-o", "ours.json")
    assert "exists" in refused("handwriting", "export", "-o", "ours.json")
    assert "must end in .json or .zip" in refused("handwriting", "export", "-o", "ours.csv")
    assert "Wrote 2 drawings" in call("handwriting", "export", "-o", "ours.json", "--force").out


def test_a_file_that_holds_no_drawings_is_refused(refused, tmp_path):
    (tmp_path / "bad.json").write_text("{}")
    assert "holds no drawings" in refused("handwriting", "import", tmp_path / "bad.json")
    assert "cannot be read" in refused("handwriting", "import", tmp_path / "missing.json")


def test_without_drawings_there_is_no_score(refused, finished):
    assert "No drawing was kept yet" in refused("handwriting", "score", finished.id)
