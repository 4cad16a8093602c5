"""Faults: right operators in which something is done otherwise, and implementations made of them."""

from harness.faults.fault import Fault
from harness.faults.faulty import faulty, planted
from harness.faults.partial import Partial
from harness.faults.perturbation import Perturbation

__all__ = ["Fault", "Partial", "Perturbation", "faulty", "planted"]
