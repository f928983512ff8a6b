"""How accurate recognition is on one's own photographs, with the evidence.

>>> from mien.audit import audit, page, people_in
>>> report = audit(people_in("people/"))                         # doctest: +SKIP
>>> report.main.fnmr                                             # doctest: +SKIP
>>> Path("report.html").write_text(page(report), "utf-8")        # doctest: +SKIP
"""

from mien.audit.collect import look_through
from mien.audit.html import page
from mien.audit.recognition import audit, evaluate
from mien.audit.report import Report, as_json
from mien.audit.sources import people_in, read_pairs
from mien.audit.tables import read_slices

__all__ = [
    "Report",
    "as_json",
    "audit",
    "evaluate",
    "look_through",
    "page",
    "people_in",
    "read_pairs",
    "read_slices",
]
