"""The contact sheets: what is chosen for them, and how their pictures are arranged."""

import itertools

import pytest
from PIL import Image

from docs.contact_sheets import DEFAULT_FOLDER, GAP, LABEL, LOOKS, SIZES, Look, Shot, Size, arranged, parse, sheet
from tests.browser.page_states import PAGES, STATES


def test_all_pages_sizes_and_looks_are_taken_unless_one_chooses() -> None:
    everything = parse([])
    assert everything.pages == list(PAGES)
    assert {size.name for size in everything.sizes} == {
        *("1440x900", "1280x720", "1024x768", "768x1024", "390x844"),
        "1280x720-200%",
    }
    assert {look.name for look in everything.looks} == {"light", "dark", "light-presentation", "dark-presentation"}
    assert everything.out == DEFAULT_FOLDER
    chosen = parse(["--pages", "train,draw", "--sizes", "390x844", "--looks", "dark"])
    assert (chosen.pages, chosen.sizes, chosen.looks) == (["train", "draw"], [Size(390, 844)], [Look("dark")])


def test_a_name_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--pages", "train,nowhere"])
    assert "nowhere is none of" in capsys.readouterr().err


def test_every_page_has_a_state_and_a_file_name_of_its_own() -> None:
    assert {state.page for state in STATES} == set(PAGES)
    assert len({state.slug for state in STATES}) == len(STATES)


def test_states_of_the_first_start_come_before_those_that_need_runs() -> None:
    needs = [state.needs_runs for state in STATES]
    assert needs == sorted(needs)
    assert any(needs)


def test_an_address_has_the_ids_of_its_runs() -> None:
    (state,) = [state for state in STATES if state.slug == "compare-two-ticked"]
    assert state.path({"finished": "one", "other": "two"}) == "compare?runs=one,two"


def test_pictures_are_arranged_without_an_overlap_and_with_room_for_labels() -> None:
    rows = [[(300, 200), (100, 900)], [(50, 50)]]
    places, (width, height) = arranged(rows)
    boxes = [
        (x, y - LABEL, x + w, y + h)
        for row, corners in zip(rows, places, strict=True)
        for (w, h), (x, y) in zip(row, corners, strict=True)
    ]
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert min(left for left, *_ in boxes) >= GAP
    assert max(box[2] for box in boxes) < width
    assert max(box[3] for box in boxes) < height


def test_a_sheet_shows_every_shot_in_the_row_of_its_look() -> None:
    colours = {look: (40 * number, 200, 90) for number, look in enumerate(LOOKS)}
    sizes = (Size(80, 60), Size(40, 90))
    shots = [
        Shot(Image.new("RGB", (size.width, size.height), colours[look]), look, size) for look in LOOKS for size in sizes
    ]
    drawn = sheet(shots, "compose: first start")
    counts = {colour: count for count, colour in drawn.getcolors(maxcolors=100_000) or []}
    # A quarter of the pixels, as the thumbnails are half as large; the line of the fold covers a part.
    whole = sum(size.width * size.height for size in sizes) / 4
    assert all(0.8 * whole < counts[colour] <= whole for colour in colours.values())


def test_every_size_that_is_asked_for_has_a_name_for_a_file() -> None:
    names = [f"{look.name}-{size.name}" for look in LOOKS for size in SIZES]
    assert len(set(names)) == len(names)
    assert not any("/" in name or " " in name for name in names)
