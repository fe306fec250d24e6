"""The limits: refused at once, in one sentence with the number, whatever the size."""

import pytest

from mnist_lab.errors import NetworkError
from mnist_lab.network import (
    MAX_LAYERS,
    MAX_PARAMETERS,
    PRESETS,
    Conv2D,
    Dense,
    Flatten,
    Network,
    SpatialDropout2D,
    analyse,
    ensure_trainable,
    memory_error,
)

HUGE = Conv2D(filters=1_000_000, kernel_size=(1_000_000, 1_000_000), padding="same", activation="relu")


def test_a_good_network_passes() -> None:
    ensure_trainable(analyse(PRESETS["notebook-1"].network), 100, 4)


def test_an_error_is_refused_with_its_sentence() -> None:
    with pytest.raises(NetworkError, match=r"Layer 2, .*one row of 784 values"):
        ensure_trainable(analyse(Network(layers=(Flatten(), Conv2D(filters=8)))), 100, 4)


def test_memory_is_refused_with_the_numbers_and_a_batch_that_fits() -> None:
    analysis = analyse(PRESETS["notebook-1"].network)
    with pytest.raises(
        NetworkError, match=r"batch size 8,192 is estimated to need \d+\.\d GiB .* the 1\.0 GiB .* at most"
    ) as e:
        ensure_trainable(analysis, 8192, 1)
    fitting = int(str(e.value).split("at most ")[1].split(", fewer")[0].replace(",", ""))
    assert memory_error(analysis, fitting, 1) is None
    assert memory_error(analysis, fitting + 1, 1) is not None


def test_memory_too_large_even_for_one_picture_does_not_speak_of_the_batch() -> None:
    message = memory_error(analyse(PRESETS["notebook-2"].network), 1, 0.001)
    assert message is not None
    assert message.endswith("use fewer filters, or pool earlier.")


def test_memory_grows_with_batch_and_parameters() -> None:
    analysis = analyse(PRESETS["linear"].network)
    assert analysis.memory(0) == 4 * 7 * 7850
    assert analysis.memory(3) - analysis.memory(2) == 4 * (3 * (784 + 10) + 2 * 784)


@pytest.mark.parametrize("layers", [(HUGE,) * 64, (HUGE,) * 10_000, (Flatten(), *(Dense(units=1_000_000),) * 63)])
def test_huge_networks_are_refused_at_once(layers: tuple[Conv2D | Dense, ...]) -> None:
    analysis = analyse(Network(layers=layers))
    assert not analysis.valid
    assert all(len(problem.message) < 400 for problem in analysis.problems)
    assert len(analysis.layers) >= len(layers)
    assert analysis.memory(8192) > 2**40
    excess = next(problem for problem in analysis.errors if problem.rule.startswith("too-many-"))
    for repair in excess.repairs:
        assert excess.rule not in {problem.rule for problem in analyse(repair.network).problems}
    with pytest.raises(NetworkError):
        ensure_trainable(analysis, 8192, 1000)


def test_the_limits_themselves_are_allowed() -> None:
    most = Network(layers=(Conv2D(filters=4, kernel_size=(1, 1), activation="relu"),) * MAX_LAYERS)
    assert analyse(most).valid
    assert not analyse(most.add(Flatten())).valid
    # 785·u + (u + 1)·10 parameters of u units and the output layer.
    units = (MAX_PARAMETERS - 10) // 795
    assert analyse(Network(layers=(Dense(units=units),))).valid
    assert not analyse(Network(layers=(Dense(units=units + 1),))).valid


def test_diagnosis_of_too_many_layers_says_only_that() -> None:
    problems = analyse(Network(layers=(SpatialDropout2D(rate=7),) * 5_000)).problems
    assert [problem.message for problem in problems] == ["A network may have at most 64 layers. Received: 5,000."]
