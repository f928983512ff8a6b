"""Detector, tracker and embedder as one: frames in, whose each face is out, and an identity for each track's end."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from mien.faces import FaceEngine
from mien.tracking.glimpse import glimpses
from mien.tracking.identities import Identity
from mien.tracking.tracker import Track, Tracker
from mien.types import Faces, Frame


@dataclass
class Follower:
    """Follows the faces of one medium.

    min_face: width in pixels of the smallest face that matters. seconds: on the clock, for each stage.
    """

    engine: FaceEngine
    min_face: float = 24
    tracker: Tracker = field(default_factory=Tracker)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def look(self, frame: Frame, *, cut: bool) -> tuple[Faces, list[Track]]:
        """The faces of one more frame, and whose track each is. cut: the frame follows a cut."""
        with self.timed("detect"):
            faces = self.engine.detect(frame.image, min_face=self.min_face, search_orientation=False)
        with self.timed("track"):
            looks = glimpses(faces, self.engine.crops(frame.image, faces))
            tracks = self.tracker.update(frame.time, faces, cut=cut, glimpses=looks)
            for face, track in zip(faces, tracks, strict=True):
                track.shots.offer(frame, face)
        return faces, tracks

    def identity(self, track: Track) -> Identity:
        """Somebody with the track as their only one so far: its best looks embedded and pooled by their quality."""
        shots = track.shots.best(track.looks)
        with self.timed("embed"):
            vectors = self.engine.embedder.embed(np.concatenate([shot.crop for shot in shots]))
        weights = np.array([max(shot.quality, 1e-3) for shot in shots])
        return Identity(
            total=weights @ vectors.astype(np.float64),
            best=shots[0],
            spans=[(track.start, track.end)],
            looks=track.looks,
            embedded=len(shots),
            tracks=[track.id],
        )

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds what passes on the clock to a stage."""
        begun = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - begun
