import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mnist_lab.errors import RecipeError
from mnist_lab.recipe import Recipe, recipe_from_json


def test_the_defaults_are_the_notebooks_with_fewer_epochs():
    recipe = Recipe()
    assert (recipe.optimizer, recipe.batch_size, recipe.learning_rate) == ("adam", 100, 0.001)
    assert (recipe.epochs, recipe.schedule, recipe.augmentation, recipe.validation) == (
        5,
        "constant",
        "none",
        "holdout",
    )


def test_the_json_round_trip_keeps_everything():
    recipe = Recipe(
        epochs=7, optimizer="sgd", schedule="one-cycle", early_stopping=3, limit=600, seed=11, learning_rate=0.05
    )
    assert recipe_from_json(recipe.to_json()) == recipe


def test_fields_left_out_take_their_defaults():
    assert recipe_from_json('{"epochs": 2}') == Recipe(epochs=2)
    assert recipe_from_json(b'{"learning_rate": 1}').learning_rate == 1.0


def test_a_recipe_cannot_be_changed_in_place():
    with pytest.raises(ValidationError):
        Recipe().epochs = 3  # type: ignore[misc]


def test_with_changes_validates():
    assert Recipe().with_changes(epochs=9).epochs == 9
    with pytest.raises(RecipeError, match=r"epochs must be a whole number from 1 to 1,000. Received: 0"):
        Recipe().with_changes(epochs=0)


def test_an_epoch_is_never_chosen_by_the_test_set():
    assert Recipe(validation="holdout", keep="best").kept == "best"
    assert Recipe(validation="holdout", keep="last").kept == "last"
    assert Recipe(validation="test", keep="best").kept == "last"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read as JSON"),
        ("[1, 2]", "A recipe is a JSON object"),
        ("null", "A recipe is a JSON object"),
        ('{"epochs": 1, "epochs": 2}', "the key 'epochs' occurs twice in one object"),
        ('{"epoch": 1}', "no field 'epoch'; did you mean epochs?"),
        ('{"epochs": 2.5}', "epochs must be a whole number"),
        ('{"epochs": "5"}', "epochs must be a whole number"),
        ('{"epochs": true}', "epochs must be a whole number"),
        ('{"learning_rate": NaN}', "a number that is not finite: 'NaN'"),
        ('{"learning_rate": 1e999}', "a number that is not finite: '1e999'"),
        ('{"learning_rate": 0}', "learning_rate must be a number above 0"),
        ('{"seed": -1}', "seed must be"),
        ('{"seed": ' + "9" * 5000 + "}", "a number of 5,000 digits"),
        ('{"limit": 99}', "limit must be null, or"),
        ('{"validation_fraction": 0.01}', "validation_fraction must be"),
        ('{"optimizer": "lion"}', "optimizer must be one of adam, adamw, sgd, rmsprop, nadam. Received: 'lion'"),
        ('{"version": 2}', "written by a newer MNIST Lab"),
        ('{"version": true}', "version must be 1"),
        ('{"version": 0}', "version must be 1"),
        ("[" * 60_000, "nested too deeply"),
        (" " * 70_000, "at most 64 KB"),
        (b"\xff\xfe\xff", "cannot be read as JSON"),
        (r'{"\ud800": 1}', "a field whose name is not text"),
        (r'{"optimizer": "\ud800"}', "optimizer must be one of"),
    ],
)
def test_what_a_recipe_cannot_be_is_refused_in_one_short_sentence(text, sentence):
    with pytest.raises(RecipeError) as refusal:
        recipe_from_json(text)
    assert sentence in str(refusal.value)
    assert len(str(refusal.value)) < 400
    assert "\n" not in str(refusal.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*Recipe.model_fields]) | st.text(max_size=8), values, max_size=4))
def test_hostile_content_is_either_a_recipe_or_refused(content):
    sentence = ""
    try:
        recipe = recipe_from_json(json.dumps(content))
    except RecipeError as refusal:
        sentence = str(refusal)
    assert len(sentence) < 400
    if not sentence:
        assert recipe_from_json(recipe.to_json()) == recipe
