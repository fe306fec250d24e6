"""The reference runs: trained by the lab itself, shipped with it, and there when a lab begins."""

from mnist_lab.reference.archive import read_archive, unpack, write_archive
from mnist_lab.reference.shipped import FOLDER, install, shipped

__all__ = ["FOLDER", "install", "read_archive", "shipped", "unpack", "write_archive"]
