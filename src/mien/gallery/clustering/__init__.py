"""Groups of faces that are one person: made, kept, extended and measured, on arrays alone."""

from mien.gallery.clustering.among import cluster_among, threshold_among
from mien.gallery.clustering.close import ClosePair, close_pairs
from mien.gallery.clustering.linkage import cluster
from mien.gallery.clustering.links import NO_LINKS, Links
from mien.gallery.clustering.metrics import bcubed, edits
from mien.gallery.clustering.numbering import matched

__all__ = [
    "NO_LINKS",
    "ClosePair",
    "Links",
    "bcubed",
    "close_pairs",
    "cluster",
    "cluster_among",
    "edits",
    "matched",
    "threshold_among",
]
