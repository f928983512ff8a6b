"""What Mien uses on this machine and why, and whether it works here.

>>> from mien import doctor
>>> doctor.report().ok                       # doctest: +SKIP
True
"""

from mien.doctor.report import Fact, Report, report

__all__ = ["Fact", "Report", "report"]
