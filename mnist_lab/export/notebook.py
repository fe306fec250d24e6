"""A run as a Jupyter notebook: the training script, a cell a piece."""

import json

from mnist_lab.export.script import introduction, sections
from mnist_lab.runs import Run


def training_notebook(run: Run) -> str:
    """Write the run as a notebook of format 4.5, JSON text."""
    cells = [_cell("markdown", 0, introduction(run))]
    for section in sections(run):
        cells.append(_cell("markdown", len(cells), f"## {section.title}"))
        cells.append(_cell("code", len(cells), section.source.strip()))
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, number: int, source: str) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
