"""The run doctor: what is wrong with a training, judged from its curves and layer health, and what to try next."""

from mnist_lab.insight.doctor.diagnosis import diagnose
from mnist_lab.insight.doctor.finding import Finding, Kind, Remedy, Severity

__all__ = ["Finding", "Kind", "Remedy", "Severity", "diagnose"]
