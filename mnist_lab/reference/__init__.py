"""The reference runs, which are shipped with the lab and installed into every store."""

from mnist_lab.reference.archive import read_archive, unpack, write_archive
from mnist_lab.reference.install import FOLDER, install_reference_runs, shipped_archives, write_checksums

__all__ = [
    "FOLDER",
    "install_reference_runs",
    "read_archive",
    "shipped_archives",
    "unpack",
    "write_archive",
    "write_checksums",
]
