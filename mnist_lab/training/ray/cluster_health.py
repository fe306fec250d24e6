"""Whether a Ray cluster answers and can train at all, in one sentence."""

from collections.abc import Sequence

from mnist_lab import formatting
from mnist_lab.errors import RayError
from mnist_lab.settings import Settings
from mnist_lab.training.ray.jobs_client import JobsClient
from mnist_lab.training.ray.placement import Machine


def cluster_health(settings: Settings) -> str:
    """Version, latency, machines, and what is free of all.

    Raises:
        RayError: The cluster does not answer, or no machine of it is large enough for a training.
    """
    with JobsClient(settings) as client:
        version, seconds = client.version_and_latency()
        machines = client.machines()
        ensure_large_enough(machines, settings.ray_cpus, settings.ray_gpus, client.address)
        large = sum(machine.takes(settings.ray_cpus, settings.ray_gpus) for machine in machines)
        cpus = sum(machine.cpus for machine in machines)
        gpus = sum(machine.gpus for machine in machines)
        free_cpus = cpus - sum(machine.used_cpus for machine in machines)
        free_gpus = gpus - sum(machine.used_gpus for machine in machines)
        free = f"{free_cpus:g} of {_quantity(cpus, 'CPU')}" + (
            f" and {free_gpus:g} of {_quantity(gpus, 'GPU')}" if gpus else ""
        )
        return (
            f"Ray {version} at {client.address} answers in {1000 * seconds:.1f} ms; {free} are free, on"
            f" {formatting.quantity(large, 'machine')} that can train."
        )


def ensure_large_enough(machines: Sequence[Machine], cpus: float, gpus: float, address: str) -> None:
    """Check that a training of this size fits on one of the machines while nothing else runs.

    Raises:
        RayError: It fits on none.
    """
    if not machines:
        raise RayError(f"No machine of the Ray cluster at {address} is up: start one with `ray start --address=…`.")
    if not any(machine.takes(cpus, gpus) for machine in machines):
        wanted = _quantity(cpus, "CPU") + (f" and {_quantity(gpus, 'GPU')}" if gpus else "")
        raise RayError(
            f"No machine of the Ray cluster at {address} has {wanted} for a training: add one, or set"
            " MNIST_LAB_RAY_CPUS and MNIST_LAB_RAY_GPUS to less."
        )


def _quantity(number: float, what: str) -> str:
    """A number of processors: "1 CPU", "0.5 CPUs"."""
    return formatting.quantity(int(number), what) if number == int(number) else f"{number:g} {what}s"
