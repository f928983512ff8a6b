"""Recorded utterances with the times of their words, and how words that were heard compare."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.shared import shared

BOOK = "speech_affect/librivox"


def files() -> list[Path]:
    """The recorded utterances."""
    return sorted(shared(BOOK).glob("*.wav"))


def spoken(file: Path) -> list[tuple[str, float, float]]:
    """The words of an utterance, with seconds of begin and end."""
    words = json.loads(file.with_suffix(".json").read_text("utf-8"))["w"]
    said = [(re.sub(r"\(\d+\)$", "", one["t"]), one["b"], one["b"] + one["d"]) for one in words]
    return [one for one in said if one[0] != "<sil>"]


def plain(text: str) -> str:
    """Without case and punctuation, and as the transcripts write it."""
    return {"mr": "mister"}.get(word := re.sub(r"[^a-z']", "", text.lower()), word)


def aligned(truth: Sequence[str], said: Sequence[str]) -> tuple[list[tuple[int, int]], int]:
    """Indices of the words that are the same, and the fewest words to change, add and leave out (Levenshtein)."""
    cost = np.zeros((len(truth) + 1, len(said) + 1), int)
    cost[:, 0], cost[0] = np.arange(len(truth) + 1), np.arange(len(said) + 1)
    for i, one in enumerate(truth, 1):
        for j, other in enumerate(said, 1):
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (one != other))
    pairs, i, j = [], len(truth), len(said)
    while i and j:
        if truth[i - 1] == said[j - 1] and cost[i, j] == cost[i - 1, j - 1]:
            pairs.append((i - 1, j - 1))
        step = min((cost[i - 1, j - 1], 0), (cost[i - 1, j], 1), (cost[i, j - 1], 2))[1]
        i, j = i - (step != 2), j - (step != 1)
    return pairs, int(cost[-1, -1])
