"""A secret turn of a gallery's templates, so that they match nothing elsewhere.

An orthogonal matrix keeps every cosine, so a gallery whose templates and probes are all turned by the same
one answers as before. Templates of the same face in two galleries, turned by different ones, are as unlike as
those of strangers: the renewability and unlinkability that ISO/IEC 24745 asks of protected templates.

The matrix is uniform over all rotations and reflections (Haar's measure). A signed permutation would be cheaper
and is no protection: the magnitudes of a template's components, sorted, would be the same in all galleries.

What the turn does not hide: cosines within one gallery, which are what it keeps. Whoever has the same photographs,
or very many templates, in two galleries can line the two up by those; and pairs of a template before and after,
as many as it has components, give the matrix away. Sealing is for that.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError

Matrix = npt.NDArray[np.float64]


def rotation(secret: bytes, dim: int) -> Matrix:
    """(dim, dim) float64, the orthogonal matrix of a secret: the same wherever it is computed, but for rounding.

    The Q of the QR decomposition of a matrix of normal variates, with the signs that make R's diagonal positive,
    is uniform (F. Mezzadri, How to generate random matrices from the classical compact groups, 2007).
    """
    q, r = np.linalg.qr(_normals(secret, dim * dim).reshape(dim, dim))
    return np.asarray(q * np.where(np.diag(r) < 0, -1.0, 1.0))


def turn(vectors: npt.ArrayLike, matrix: Matrix) -> npt.NDArray[np.float64]:
    """Vectors (n, d) turned by a matrix (d, d), float64; its transpose turns them back. ArgumentError."""
    rows = np.asarray(vectors, np.float64)
    if rows.shape[-1] != len(matrix):
        raise ArgumentError(f"The vectors have {rows.shape[-1]} components; expected {len(matrix)}.")
    return np.asarray(rows @ matrix)


def _normals(secret: bytes, count: int) -> npt.NDArray[np.float64]:
    """(count,) standard normal variates from SHAKE-256 of the secret (FIPS 202), by the Box-Muller transform."""
    pairs = -(-count // 2)
    stream = hashlib.shake_256(b"mien 1 rotation" + secret).digest(16 * pairs)
    uniform = ((np.frombuffer(stream, "<u8") >> np.uint64(11)) + 0.5) * 2.0**-53  # in (0, 1]: has a logarithm
    radius, angle = np.sqrt(-2 * np.log(uniform[:pairs])), 2 * np.pi * uniform[pairs:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count]
