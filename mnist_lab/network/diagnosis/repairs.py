"""The repairs of an error that are worth offering: those after which the network has fewer errors.

The inputs of the layers after a faulty one are unknown, so a repair can bring another error to light. Such a repair is
offered only together with the repairs of what it brings to light.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from mnist_lab.network.diagnosis.problem import Problem, Repair
from mnist_lab.network.limits import MAX_LAYERS

FindErrors = Callable[..., Sequence[Problem]]
MAX_STEPS = MAX_LAYERS
"""Errors that are repaired together at most."""
MAX_CHECKED = 16
"""Errors of one network whose repairs are tried out; that takes milliseconds for each. The others have to wait."""
LATER = " Its repairs are offered when some of the errors before it are repaired."
BY_HAND = " No single repair helps here: change this layer, and then those after it that do not fit."


def with_useful_repairs(problem: Problem, errors: Sequence[Problem], find_errors: FindErrors) -> Problem:
    """Return the problem without the repairs that only move a fault; what to do, if none is left, is in its message.

    Args:
        problem: One of `errors`.
        errors: All errors of the network, in the order of its layers.
        find_errors: A function from a network to its errors.
    """
    if problem not in errors[:MAX_CHECKED]:
        return replace(problem, message=problem.message + LATER, repairs=())
    useful = [repair for repair in problem.repairs if _has_fewer(find_errors(repair.network), errors)]
    if not useful:
        useful = _together(problem.repairs, errors, find_errors)
    return replace(problem, message=problem.message if useful else problem.message + BY_HAND, repairs=tuple(useful))


def _has_fewer(after: Sequence[Problem], before: Sequence[Problem]) -> bool:
    """Whether some errors are gone, and there is none that was not there before."""
    return len(after) < len(before) and not _kinds(after) - _kinds(before)


def _kinds(errors: Sequence[Problem]) -> Counter[str]:
    # Not with their layers: a repair may remove a layer, and then the layers after it have other numbers.
    return Counter(error.rule for error in errors)


def _together(repairs: Sequence[Repair], errors: Sequence[Problem], find_errors: FindErrors) -> list[Repair]:
    """Return the first repair that helps once what it brings to light is repaired as well; none if there is none."""
    for repair in repairs:
        network, steps = repair.network, 0
        while not _has_fewer(after := find_errors(network), errors) and steps < MAX_STEPS and _repairs_of(after):
            network, steps = _repairs_of(after)[0].network, steps + 1
        if _has_fewer(after, errors):
            return [Repair(f"{repair.label}, and repair what then does not fit", network)]
    return []


def _repairs_of(errors: Sequence[Problem]) -> Sequence[Repair]:
    return errors[0].repairs if errors else ()
