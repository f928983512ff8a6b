"""The timeline: all that is known of the people in one or several media, as Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mien.timeline.schema import MEDIA, SEGMENTS, TRACKS


@dataclass(frozen=True, eq=False)
class Timeline:
    """Tables as `mien.timeline.schema` describes them; data alone, functions elsewhere act on it.

    media, tracks, segments: sorted by medium and time. samples: by family; read from the file when asked for.
    provenance: version of Mien, models, parameters, seconds of each stage.

    >>> timeline = mien.timeline.read("interview.parquet")                             # doctest: +SKIP
    >>> timeline.samples["emotion"].to_pandas()                                        # doctest: +SKIP
    """

    media: pa.Table = field(default_factory=MEDIA.empty_table)
    tracks: pa.Table = field(default_factory=TRACKS.empty_table)
    segments: pa.Table = field(default_factory=SEGMENTS.empty_table)
    samples: Mapping[str, pa.Table] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
