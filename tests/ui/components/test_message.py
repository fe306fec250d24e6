"""Absolute paths in messages: gone for a pupil, whatever the message."""

from pathlib import Path

import pytest

from mnist_lab.ui.components.message import without_paths


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The run store /home/anna/lab/runs.sqlite is read-only.", "The run store runs.sqlite is read-only."),
        ("see /var/lib/lab/workers.log for more", "see workers.log for more"),
        ("'/home/anna/lab/a b.npz' is damaged", "'a b.npz' is damaged"),
        ("(C:\\Users\\anna\\lab\\runs.sqlite)", "(runs.sqlite)"),
        ("'C:\\\\Users\\\\anna\\\\x.npz'", "'x.npz'"),
        ("D:/data/mnist.npz: no such file", "mnist.npz: no such file"),
        ("~/lab/mnist.npz is no file", "mnist.npz is no file"),
        ("The folder /srv/lab/ is missing", "The folder … is missing"),
        ("two: /a/b/c.txt, /d/e/f.txt.", "two: c.txt, f.txt."),
        ('File "/opt/app/x.py", line 3', 'File "x.py", line 3'),
        # No paths.
        ("https://example.org/a/b/c is not reachable", "https://example.org/a/b/c is not reachable"),
        ("1/3 of the images and/or 4/5 of them", "1/3 of the images and/or 4/5 of them"),
        ("conv/pool/dense", "conv/pool/dense"),
        ("Epoch 3 of 12, loss 0.1", "Epoch 3 of 12, loss 0.1"),
    ],
)
def test_of_a_path_only_the_last_part_is_left(text: str, shown: str) -> None:
    assert without_paths(text) == shown


def test_a_known_folder_with_spaces_is_taken_away_as_a_whole() -> None:
    folders = [Path("/home/Anna Meier"), Path("/home/Anna Meier/My lab"), Path("/")]
    text = "/home/Anna Meier/My lab/runs/ab12/predictions.npz is damaged; see /home/Anna Meier/x.log"
    assert without_paths(text, folders) == "runs/ab12/predictions.npz is damaged; see x.log"
