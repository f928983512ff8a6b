"""Cuts between shots, and what is none."""

import numpy as np

from mien.tracking import Cuts


def test_only_the_cuts(astronaut, cat, coffee):
    rng = np.random.default_rng(0)
    cuts, found = Cuts(), []
    for shot, picture in enumerate((astronaut, cat, coffee, astronaut)):
        for i in range(12):  # a pan of 2 pixels a frame, light that drifts by 15 %, noise of a camera
            part = picture[:280, 2 * i : 2 * i + 380].astype(float) * (1 + 0.15 * i / 12)
            frame = np.clip(part + rng.normal(0, 4, part.shape), 0, 255).astype(np.uint8)
            if cuts.is_cut(frame):
                found.append((shot, i))
    assert found == [(1, 0), (2, 0), (3, 0)]


def test_the_first_frame_follows_no_cut(astronaut):
    assert not Cuts().is_cut(astronaut)
