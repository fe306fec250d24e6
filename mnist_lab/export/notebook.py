"""A run as a Jupyter notebook: the training script, one code cell for each of its sections."""

from mnist_lab.export.script import introduction, sections
from mnist_lab.runs import Run


def training_notebook(run: Run) -> str:
    """Write the run as a notebook of format 4.5, JSON text."""
    # Importing nbformat takes longer than writing a notebook, and most commands write none.
    import nbformat
    from nbformat import v4

    cells = [v4.new_markdown_cell(introduction(run), id="introduction")]
    for number, section in enumerate(sections(run), 1):
        cells.append(v4.new_markdown_cell(f"## {section.title}", id=f"title-{number}"))
        cells.append(v4.new_code_cell(section.source.strip(), id=f"code-{number}"))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    text: str = nbformat.writes(v4.new_notebook(cells=cells, metadata=metadata), version=4)
    return text + "\n"
