"""The result: tables of samples and segments over time; their files, exports and plots.

>>> import mien.timeline
>>> mien.timeline.read("interview.parquet").samples["emotion"].to_pandas()             # doctest: +SKIP
"""

from mien.errors import TimelineError

try:
    import pyarrow  # noqa: F401
except ImportError as error:
    raise TimelineError(
        f"Timelines take pyarrow, which cannot be imported ({error}): pip install 'mien[analyze]'."
    ) from error

from mien.timeline.compare import Comparison, compare
from mien.timeline.files import read, write
from mien.timeline.timeline import Timeline
from mien.timeline.writer import Writer

__all__ = ["Comparison", "Timeline", "Writer", "compare", "read", "write"]
