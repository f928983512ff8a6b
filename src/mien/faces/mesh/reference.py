"""A mean face without expression, by points that hardly move with one: what the pose of a head is measured against.

Made by `python -m bench.face_reference`: the mean of the meshes of 400 people of LFW, made symmetric; pose 0 is that of
the neutral head of ICT-FaceKit. The unit is the distance of the outer corners of the eyes; axes as in `pose`.
"""

from __future__ import annotations

import numpy as np

RIGID = np.concatenate(
    [
        [6, 168, 197, 195, 4, 2],  # the nose, from between the eyes to its base
        [33, 133, 362, 263],  # corners of the eyes
        [10, 151, 9, 8, 67, 297, 54, 284],  # forehead
        [127, 356, 234, 454],  # temples
        [117, 346, 123, 352, 50, 280, 129, 358, 98, 327],  # cheekbones and sides of the nose
    ]
)
"""Points (32,) of the mesh that hardly move with an expression: no lids, brows, lips or chin."""

REFERENCE = np.array(
    [
        [0.0000, 0.0455, 0.2672],
        [0.0000, 0.1305, 0.2086],
        [0.0000, -0.0353, 0.3318],
        [0.0000, -0.1104, 0.4019],
        [0.0000, -0.2913, 0.5109],
        [0.0000, -0.4592, 0.3118],
        [-0.5000, 0.0642, -0.0505],
        [-0.2148, 0.0549, 0.0115],
        [0.2148, 0.0549, 0.0115],
        [0.5000, 0.0642, -0.0505],
        [0.0000, 0.7110, 0.1121],
        [0.0000, 0.5215, 0.1683],
        [0.0000, 0.3147, 0.2163],
        [0.0000, 0.2128, 0.2087],
        [-0.4161, 0.6644, 0.0178],
        [0.4161, 0.6644, 0.0178],
        [-0.7132, 0.4659, -0.2522],
        [0.7132, 0.4659, -0.2522],
        [-0.8446, -0.0264, -0.6348],
        [0.8446, -0.0264, -0.6348],
        [-0.8368, -0.2045, -0.6765],
        [0.8368, -0.2045, -0.6765],
        [-0.6287, -0.1321, -0.0425],
        [0.6287, -0.1321, -0.0425],
        [-0.7556, -0.3043, -0.1586],
        [0.7556, -0.3043, -0.1586],
        [-0.5867, -0.3143, 0.0436],
        [0.5867, -0.3143, 0.0436],
        [-0.2535, -0.3540, 0.1615],
        [0.2535, -0.3540, 0.1615],
        [-0.2092, -0.4337, 0.2120],
        [0.2092, -0.4337, 0.2120],
    ]
)
"""(32, 3) where these are."""
