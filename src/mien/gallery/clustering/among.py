"""Clustering with a threshold that follows from how many people there are.

Each cluster is compared with all others, so the more people there are, the likelier two of them look alike, as a
stranger does in a gallery (`mien.gallery.decide`). The threshold is that of a gallery of so many people, one photograph
each, in which a stranger is taken for somebody with the probability ALIKE.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.gallery.clustering.arrays import Ints, checked_vectors
from mien.gallery.clustering.linkage import joined
from mien.gallery.clustering.links import NO_LINKS, Links, atoms
from mien.gallery.clustering.start import identical, together
from mien.gallery.decide import Calibration, threshold

ALIKE = 0.02  # chosen on half of the people of LFW's development half (bench/gallery_clusters.py)
# People as whom few are treated: those of one album are relatives, and more alike than strangers are. Of 20 people of
# the other half F is 0.996 with it and without.
FEWEST = 300


def threshold_among(calibration: Calibration, people: int) -> float:
    """The mean cosine from which clusters are one person, where there are so many people; few count as FEWEST."""
    return threshold(calibration, [max(people, FEWEST), 0, 0], ALIKE)


def cluster_among(
    vectors: npt.ArrayLike, calibration: Calibration, *, links: Links = NO_LINKS
) -> tuple[Ints, float]:
    """(n,) clusters as of `cluster` and the threshold of as many people as there are clusters.

    Begins as if every face were of somebody else. Fewer clusters need a lower threshold, at which what was joined
    stays joined, so that this goes on from there until nothing more is joined.
    """
    rows = checked_vectors(vectors)
    known = together(atoms(len(rows), links), identical(rows))
    while True:
        people = len(known.owned)
        limit = threshold_among(calibration, people)
        labels = joined(rows, known, np.zeros(0, np.int64), limit)
        if labels.max(initial=-1) + 1 == people:
            return labels, limit
        known = together(known, labels)
