"""Faults: right operators in which something is done otherwise, and implementations made of them."""

from harness.faults.fault import Fault
from harness.faults.faulty import faulty, planted
from harness.faults.partial import Partial
from harness.faults.spoilt import Spoilt

__all__ = ["Fault", "Partial", "Spoilt", "faulty", "planted"]
