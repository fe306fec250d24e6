"""Commands about networks alone: `presets` and `describe`; and where every command gets its network from."""

import argparse

from mnist_lab import formatting
from mnist_lab.cli.output import print_json, print_table
from mnist_lab.cli.user_files import read_bytes
from mnist_lab.network import PRESETS, Analysis, LayerReport, Network, Problem, analyse, get_preset, network_from_json
from mnist_lab.network.json_io import LARGEST_FILE
from mnist_lab.recipe import suited_recipe
from mnist_lab.settings import Settings


def chosen_network(options: argparse.Namespace) -> Network:
    """Return the network that `--preset` or `--network` names.

    Raises:
        RefusedError: There is no such preset, or the file is no network.
    """
    if options.preset is not None:
        return get_preset(options.preset).network
    return network_from_json(read_bytes(options.network, "network file", LARGEST_FILE))


def presets(options: argparse.Namespace, _settings: Settings) -> int:
    """List the networks that the lab brings."""
    found = [(preset, analyse(preset.network)) for preset in PRESETS.values()]
    if options.json:
        print_json(
            [
                {
                    "name": preset.name,
                    "title": preset.title,
                    "lesson": preset.lesson,
                    "parameters": analysis.parameters,
                    "multiply_adds": analysis.multiply_adds,
                    "recipe": suited_recipe(preset.name).model_dump(),
                }
                for preset, analysis in found
            ]
        )
        return 0
    rows = [(preset.name, formatting.count(analysis.parameters), preset.lesson) for preset, analysis in found]
    print_table(("name", "parameters", "lesson"), rows, right=(1,))
    return 0


def describe(options: argparse.Namespace, _settings: Settings) -> int:
    """Show layers, shapes, parameters and problems of a network, valid or not."""
    network = chosen_network(options)
    analysis = analyse(network)
    if options.json:
        print_json(_description(network, analysis))
        return 0
    print(
        f"{network.name} · {formatting.count(analysis.parameters)} parameters"
        f" · {formatting.short_count(analysis.multiply_adds)} multiply-adds a picture"
    )
    print_table(
        ("", "layer", "output", "parameters", "arithmetic", "sees", "cost"),
        [_row(layer) for layer in analysis.layers],
        right=(0, 3, 6),
    )
    for problem in analysis.problems:
        print(f"{problem.severity}: {problem.sentence}")
        for repair in problem.repairs:
            print(f"    repair: {repair.label}")
    return 0


def _row(layer: LayerReport) -> tuple[str, ...]:
    return (
        "" if layer.index is None else str(layer.index + 1),
        layer.label,
        formatting.shape(layer.output_shape),
        formatting.count(layer.parameters),
        layer.arithmetic,
        formatting.shape(layer.receptive_field),
        formatting.accuracy(layer.share, 0),
    )


def _description(network: Network, analysis: Analysis) -> dict[str, object]:
    return {
        "network": network,
        "valid": analysis.valid,
        "parameters": analysis.parameters,
        "trainable_parameters": analysis.trainable_parameters,
        "multiply_adds": analysis.multiply_adds,
        "layers": [_layer(layer) for layer in analysis.layers],
        "problems": [_problem(problem) for problem in analysis.problems],
    }


def _layer(layer: LayerReport) -> dict[str, object]:
    return {
        "index": layer.index,
        "kind": layer.layer.kind,
        "label": layer.label,
        "input_shape": layer.input_shape,
        "output_shape": layer.output_shape,
        "parameters": layer.parameters,
        "trainable_parameters": layer.trainable_parameters,
        "arithmetic": layer.arithmetic,
        "multiply_adds": layer.multiply_adds,
        "receptive_field": layer.receptive_field,
        "share": layer.share,
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "index": problem.index,
        "sentence": problem.sentence,
        "repairs": [repair.label for repair in problem.repairs],
    }
