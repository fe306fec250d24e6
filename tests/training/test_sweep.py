"""What a sweep would train, what of it is refused, and that it becomes ordinary runs."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mnist_lab.errors import NetworkError
from mnist_lab.network import PRESETS, Conv2D, Dropout, Network, SpatialDropout2D, analyse
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.sweep import HYPERPARAMETERS, plan_seeds, plan_sweep, submit_sweep, why_not_varied

SMALL = PRESETS["small-cnn"].network
DROPPED = SMALL.add(Dropout(rate=0.1))
MEMORY = 8.0


def rates(network: Network) -> list[float]:
    return [layer.rate for layer in network.layers if isinstance(layer, Dropout | SpatialDropout2D)]


def filters(network: Network) -> list[int]:
    return [layer.filters for layer in network.layers if isinstance(layer, Conv2D)]


@pytest.mark.parametrize(
    ("hyperparameter", "network", "missing"),
    [
        ("dropout", SMALL, "no dropout layer"),
        ("dropout", PRESETS["linear"].network, "no dropout layer"),
        ("dropout", Network(), "no dropout layer"),
        ("filters", PRESETS["linear"].network, "no convolution layer"),
        ("filters", Network(), "no convolution layer"),
    ],
)
def test_what_the_network_does_not_have_is_not_varied(hyperparameter: str, network: Network, missing: str) -> None:
    values = HYPERPARAMETERS[hyperparameter].choices(Recipe())
    sweep = plan_sweep(network, Recipe(), hyperparameter, values, memory=MEMORY)
    assert not sweep.variants
    assert sweep.refused == (why_not_varied(network, hyperparameter),)
    assert missing in sweep.refused[0]


@pytest.mark.parametrize("hyperparameter", HYPERPARAMETERS)
def test_a_network_with_all_layers_can_be_varied_in_everything(hyperparameter: str) -> None:
    assert not why_not_varied(DROPPED, hyperparameter)
    values = HYPERPARAMETERS[hyperparameter].defaults(Recipe())
    variants = plan_sweep(DROPPED, Recipe(), hyperparameter, values, memory=MEMORY).variants
    assert len({(variant.network, variant.recipe) for variant in variants}) == len(values)
    assert all(len(variant.network.layers) == len(DROPPED.layers) for variant in variants)


def test_every_dropout_layer_gets_the_rate() -> None:
    network = SMALL.add(Dropout(rate=0.1)).add(SpatialDropout2D(rate=0.3), 1)
    sweep = plan_sweep(network, Recipe(), "dropout", [0.0, 0.5], memory=MEMORY)
    assert [rates(variant.network) for variant in sweep.variants] == [[0.0, 0.0], [0.5, 0.5]]
    assert [len(variant.network.layers) for variant in sweep.variants] == [len(network.layers)] * 2


def test_filters_are_multiplied_and_never_none() -> None:
    network = Network(layers=(Conv2D(filters=1), Conv2D(filters=20)))
    sweep = plan_sweep(network, Recipe(), "filters", [0.25, 1.0, 4.0], memory=MEMORY)
    assert [filters(variant.network) for variant in sweep.variants] == [[1, 5], [1, 20], [4, 80]]


@pytest.mark.parametrize(
    ("hyperparameter", "values", "labels"),
    [
        ("learning_rate", [0.0001, 0.1], ["learning rate 0.0001", "learning rate 0.1"]),
        ("batch_size", [32, 1024], ["batch 32", "batch 1,024"]),
        ("optimizer", ["adam", "sgd"], ["optimizer adam", "optimizer sgd"]),
        ("seed", [3, 4], ["seed 3", "seed 4"]),
    ],
)
def test_a_field_of_the_recipe_takes_each_value(hyperparameter: str, values: list, labels: list[str]) -> None:
    sweep = plan_sweep(SMALL, Recipe(epochs=3), hyperparameter, values, memory=MEMORY)
    assert [getattr(variant.recipe, hyperparameter) for variant in sweep.variants] == values
    assert [variant.name for variant in sweep.variants] == [f"Small CNN · {label}" for label in labels]
    assert all(variant.network == SMALL and variant.recipe.epochs == 3 for variant in sweep.variants)


def test_what_is_beyond_the_limits_is_refused_in_a_sentence_and_the_rest_is_planned() -> None:
    network = Network(name="Wide", layers=(Conv2D(filters=600), Conv2D(filters=1200)))
    sweep = plan_sweep(network, Recipe(), "filters", [0.25, 4.0], memory=MEMORY)
    assert [variant.name for variant in sweep.variants] == ["Wide · filters × 0.25"]
    (sentence,) = sweep.refused
    assert sentence.startswith("With filters × 4 it cannot be trained. ")
    assert "20,000,000" in sentence


def test_too_little_memory_is_told_for_the_batches_that_need_more() -> None:
    needed = analyse(SMALL).memory(200) / 2**30
    sweep = plan_sweep(SMALL, Recipe(), "batch_size", [100, 1024], memory=needed)
    assert [variant.recipe.batch_size for variant in sweep.variants] == [100]
    assert "memory" in sweep.refused[0]


def test_an_invalid_network_gives_no_run_and_says_why() -> None:
    broken = Network(layers=(Conv2D(filters=8, kernel_size=(40, 40)),))
    sweep = plan_sweep(broken, Recipe(), "filters", [1.0, 0.5], memory=MEMORY)
    assert not sweep.variants
    assert len(sweep.refused) == 2


def test_the_same_training_is_not_planned_twice() -> None:
    network = Network(layers=(Conv2D(filters=1),))
    sweep = plan_sweep(network, Recipe(), "filters", [0.25, 0.5, 2.0], memory=MEMORY)
    assert [filters(variant.network) for variant in sweep.variants] == [[1], [2]]
    assert "same training" in sweep.refused[0]


@hypothesis_settings(deadline=None)
@given(name=st.text(min_size=1, max_size=200), hyperparameter=st.sampled_from(sorted(HYPERPARAMETERS)))
def test_all_choices_can_be_planned_and_names_tell_the_value(name: str, hyperparameter: str) -> None:
    recipe = Recipe(learning_rate=0.002, batch_size=99, seed=2**31 - 2)
    values = HYPERPARAMETERS[hyperparameter].choices(recipe)
    assert set(HYPERPARAMETERS[hyperparameter].defaults(recipe)) <= set(values)
    sweep = plan_sweep(DROPPED.rename(name), recipe, hyperparameter, values, memory=MEMORY)
    assert len(sweep.variants) == len(values)
    names = [variant.name for variant in sweep.variants]
    assert len(set(names)) == len(names)
    for value, own in zip(values, names, strict=True):
        assert own.endswith(f"{HYPERPARAMETERS[hyperparameter].label} {HYPERPARAMETERS[hyperparameter].format(value)}")
        assert len(own) <= 80


def test_a_sweep_becomes_ordinary_runs_in_a_group_of_its_own(store: RunStore, settings: Settings) -> None:
    sweep = plan_sweep(DROPPED, Recipe(), "dropout", [0.0, 0.25, 0.5, 0.7], memory=MEMORY)
    runs = submit_sweep(store, settings, sweep, actor=Actor("me"))
    assert [run.name for run in store.queue()] == [variant.name for variant in sweep.variants]
    assert {(run.group, run.owner, run.state) for run in runs} == {("Small CNN · dropout", "me", RunState.QUEUED)}
    again = submit_sweep(store, settings, sweep)
    assert {run.group for run in again} == {"Small CNN · dropout 2"}
    assert len(store.list(group="Small CNN · dropout")) == 4


def test_a_sweep_takes_the_name_that_it_is_given() -> None:
    sweep = plan_sweep(DROPPED, Recipe(), "dropout", [0.0, 0.5], memory=MEMORY, title="For Tuesday")
    assert sweep.group == "For Tuesday"
    assert [variant.name for variant in sweep.variants] == ["For Tuesday · dropout 0", "For Tuesday · dropout 0.5"]


def test_a_network_that_became_too_large_is_refused_when_handed_in(store: RunStore, tmp_path) -> None:
    sweep = plan_sweep(SMALL, Recipe(), "seed", [1], memory=MEMORY)
    with pytest.raises(NetworkError):
        submit_sweep(store, Settings(home=tmp_path, memory=1e-6), sweep)
    assert store.count() == 0


def test_settings_are_compared_over_the_same_new_seeds_in_turn() -> None:
    setups = {"A": (SMALL, Recipe(seed=4)), "B": (SMALL.add(Dropout(rate=0.5)), Recipe(seed=5))}
    sweep = plan_seeds(setups, memory=MEMORY)
    assert [variant.name for variant in sweep.variants] == [
        f"{name} · seed {seed}" for seed in (6, 7, 8) for name in ("A", "B")
    ]
    assert [variant.recipe.seed for variant in sweep.variants] == [6, 6, 7, 7, 8, 8]
    assert [variant.network for variant in sweep.variants[:2]] == [SMALL, SMALL.add(Dropout(rate=0.5))]
    assert (sweep.group, sweep.refused) == ("A or B · seeds", ())


@pytest.mark.parametrize("used", [(2**31 - 1, 0), (0, 0), (2**31 - 2, 2**31 - 1)])
def test_new_seeds_are_seeds_and_new(used: tuple[int, int]) -> None:
    setups = {name: (SMALL, Recipe(seed=seed)) for name, seed in zip("AB", used, strict=True)}
    seeds = {variant.recipe.seed for variant in plan_seeds(setups, memory=MEMORY).variants}
    assert len(seeds) == 3
    assert not seeds & set(used)


def test_settings_of_which_one_cannot_be_trained_are_not_trained() -> None:
    setups = {"A": (SMALL, Recipe()), "Broken": (Network(layers=()), Recipe())}
    sweep = plan_seeds(setups, memory=1e-9)
    assert sweep.variants == ()
    assert sweep.refused[0].startswith("“A” cannot be trained. ")


def test_seeds_of_settings_with_long_names_keep_their_labels(store: RunStore, settings: Settings) -> None:
    setups = {name * 80: (SMALL, Recipe()) for name in "AB"}
    runs = submit_sweep(store, settings, plan_seeds(setups, memory=MEMORY))
    assert len({run.name for run in runs}) == 6
    assert {run.group for run in runs} == {f"{'A' * 25}… or {'B' * 25}… · seeds"}
