"""A timeline as one HTML page that needs nothing beside itself: lanes, curves, segments and where they come from."""

from mien.timeline.report.html import page, write

__all__ = ["page", "write"]
