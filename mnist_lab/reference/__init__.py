"""The reference runs: trained by the lab itself, shipped with it, and there when a lab begins."""

from mnist_lab.reference.archive import read_archive, unpack, write_archive
from mnist_lab.reference.install import FOLDER, install_reference_runs, shipped_archives

__all__ = ["FOLDER", "install_reference_runs", "read_archive", "shipped_archives", "unpack", "write_archive"]
