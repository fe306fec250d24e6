"""Runs the Dockerfile's steps, and then what it builds, where there is no Docker: `python -m deploy.bare_environment`.

It reads the real Dockerfile and compose file. The base image is a bare Debian that debootstrap makes; each RUN step is
run in it by chroot. Then the app and workers run as containers do: in namespaces of their own, with the root
read-only, as the user that the Dockerfile names, without any of root's rights. PostgreSQL is this machine's, and moto
stands in for the object store. It prints a line per step, and leaves nothing behind.

It needs root, Linux, debootstrap and PostgreSQL (`apt-get install debootstrap postgresql`), moto (`make .venv/.moto`),
and ten minutes. With Chromium it also looks at the page.
"""

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.moto_server import moto_program
from benchmarks.postgres_server import postgres_binaries
from deploy.image import Image
from deploy.report import Report, StepError
from deploy.trial import Trial


def main() -> int:
    """Build, look and run; the exit status is 1 if a step failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="a folder for the roots, 5 GB (default: a temporary one)")
    parser.add_argument("--mnist", type=Path, help="mnist.npz, to look at how it reaches the workers")
    options = parser.parse_args()
    if os.geteuid() != 0 or None in (shutil.which("debootstrap"), postgres_binaries(), moto_program()):
        sys.exit("It needs root, debootstrap, PostgreSQL and moto.")
    folder = Path(tempfile.mkdtemp(prefix="mnist-lab-deploy-", dir=options.folder))
    folder.chmod(0o755)
    report = Report()
    try:
        image = Image(folder, report)
        image.build()
        with ExitStack() as stack:
            trial = Trial(image, folder, report, stack, mnist=options.mnist and options.mnist.resolve())
            trial.look_at_the_image()
            trial.serve(path="", alone=True)
            trial.serve(path="/lab", alone=False)
            trial.train_and_stop()
            trial.kill_and_resume()
    except StepError:
        pass
    finally:
        shutil.rmtree(folder)
    print("All steps hold." if not report.failed else "A step failed; those after it were not run.")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
