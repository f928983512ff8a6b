"""The self-audit of a gallery: wrong, doubtful, repeated and poor photographs, and people who look alike."""

from mien.gallery.selfaudit.audit import audit
from mien.gallery.selfaudit.enrolled import Enrolled, enrolled
from mien.gallery.selfaudit.findings import Finding, Problem, advice, why

__all__ = ["Enrolled", "Finding", "Problem", "advice", "audit", "enrolled", "why"]
