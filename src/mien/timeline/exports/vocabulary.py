"""Which layers have a closed set of labels, and which labels those are."""

from __future__ import annotations

import pyarrow.compute as pc

from mien.timeline.select import measures, schema_of
from mien.timeline.timeline import Timeline

MOST = 100  # a layer with more different labels than this is text, not a closed set
DIMENSIONS = frozenset({"valence", "arousal"})  # measures beside the classes, which nobody is labelled with
TEXT = frozenset({"words", "word", "text", "transcript", "utterance", "utterances"})


def vocabularies(timeline: Timeline, media: int) -> dict[str, list[str] | None]:
    """By layer, in order of first appearance, its labels; None where they are free text.

    Where the samples have a family of the layer's name whose columns are the labels, as "emotion" has, the columns are
    the labels: an annotator should be able to choose what the model never said.
    """
    table = timeline.segments.filter(pc.equal(timeline.segments["media"], media))
    found: dict[str, dict[str, None]] = {}
    for layer, label in zip(table["layer"].to_pylist(), table["label"].to_pylist(), strict=True):
        found.setdefault(layer, {})[label] = None
    return {layer: _labels(layer, list(labels), timeline) for layer, labels in found.items()}


def _labels(layer: str, labels: list[str], timeline: Timeline) -> list[str] | None:
    if layer in TEXT or len(labels) > MOST:
        return None
    if layer in timeline.samples:
        columns = [one for one in measures(schema_of(timeline.samples, layer)) if one not in DIMENSIONS]
        if set(labels) <= set(columns):
            return columns
    return labels
