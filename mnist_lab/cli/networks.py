"""The commands `presets` and `describe`, and the choice of a network for every command that needs one."""

import argparse

from mnist_lab import formatting
from mnist_lab.cli.output import print_json, print_table
from mnist_lab.cli.user_files import read_bytes
from mnist_lab.network import (
    PRESETS,
    LayerReport,
    Network,
    analyse,
    analysis_to_data,
    get_preset,
    network_from_file,
)
from mnist_lab.network.limits import MAX_KERAS_FILE_BYTES
from mnist_lab.recipe import preset_recipe
from mnist_lab.settings import Settings


def chosen_network(options: argparse.Namespace) -> Network:
    """Return the network that `--preset` or `--network` names.

    Raises:
        RefusedError: There is no such preset, or the file holds no network.
    """
    if options.preset is not None:
        return get_preset(options.preset).network
    return network_from_file(read_bytes(options.network, "network file", MAX_KERAS_FILE_BYTES))


def presets(options: argparse.Namespace, _settings: Settings) -> int:
    """List the preset networks."""
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
                    "recipe": preset_recipe(preset.name).model_dump(),
                }
                for preset, analysis in found
            ]
        )
        return 0
    rows = [(preset.name, formatting.count(analysis.parameters), preset.lesson) for preset, analysis in found]
    print_table(("name", "parameters", "lesson"), rows, right=(1,))
    return 0


def describe(options: argparse.Namespace, _settings: Settings) -> int:
    """Show layers, shapes, parameters and problems of a network, valid or not.

    The JSON has both numbers of a layer: `index` counts from 0, `layer` from 1, as the messages do.
    """
    network = chosen_network(options)
    analysis = analyse(network)
    if options.json:
        print_json(analysis_to_data(analysis))
        return 0
    print(
        f"{network.name} · {formatting.count(analysis.parameters)} parameters"
        f" · {formatting.short_count(analysis.multiply_adds)} multiply-adds per image"
    )
    print_table(
        ("", "layer", "output", "parameters", "arithmetic", "receptive field", "cost"),
        [_row(layer) for layer in analysis.layers],
        right=(0, 3, 6),
    )
    for problem in analysis.problems:
        print(f"{problem.severity}: {problem.message}")
        for repair in problem.repairs:
            print(f"    repair: {repair.label}")
    return 0


def _row(layer: LayerReport) -> tuple[str, ...]:
    return (
        "" if layer.number is None else str(layer.number),
        layer.label,
        formatting.shape(layer.output_shape),
        formatting.count(layer.parameters),
        layer.arithmetic,
        formatting.shape(layer.receptive_field),
        formatting.percent(layer.share),
    )
