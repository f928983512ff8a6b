"""Which of the mesh's 478 points lie where; "right" is the person's own right, the left side of the picture."""

from __future__ import annotations

import numpy as np

MESH = 468  # points of the mesh itself; the irises come after them
IRISES = slice(468, 478)
RIGHT_IRIS, LEFT_IRIS = 468, 473  # the centres; each is followed by its right, upper, left and lower border

# Outer and inner corners of the eyes.
RIGHT_OUTER, RIGHT_INNER, LEFT_INNER, LEFT_OUTER = 33, 133, 362, 263

# The opening of an eye in the order of the iris network: lower lid from the outer to the inner corner, upper lid.
RIGHT_EYE = np.array([33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173])
LEFT_EYE = np.array([263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398])

# Lids above and below the middle of the eye, in pairs.
RIGHT_LIDS = np.array([[160, 144], [159, 145], [158, 153]])
LEFT_LIDS = np.array([[387, 373], [386, 374], [385, 380]])

# Brows: the middle of the upper and the lower border, at the inner end, the middle and the outer end.
RIGHT_BROW = np.array([[107, 55], [105, 52], [70, 46]])
LEFT_BROW = np.array([[336, 285], [334, 282], [300, 276]])

# Mouth: corners, and the lips' inner borders in pairs, upper and lower.
RIGHT_CORNER, LEFT_CORNER = 61, 291
UPPER_LIP = 13  # middle of the upper lip, at its inner border
INNER_LIPS = np.array([[82, 87], [13, 14], [312, 317]])
