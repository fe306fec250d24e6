"""The run doctor: what the curves and the health of a run show, in plain words, and what to try."""

from mnist_lab.insight.doctor.diagnosis import diagnose
from mnist_lab.insight.doctor.finding import Finding, Kind, Severity, Treatment

__all__ = ["Finding", "Kind", "Severity", "Treatment", "diagnose"]
