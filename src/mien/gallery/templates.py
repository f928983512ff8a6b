"""How a face's embedding is kept: float32 for exact scores, int8 for a fast first pass.

A template is the unit vector u of an embedding. A gallery stores `exact`; from it follow the other two:

    exact  float32, u rounded; every score that Mien reports is the cosine of this
    int8   round(v / scale), where v is `exact` brought back to unit length
    scale  max |v| / 127, so that no component is clipped

A component of v and of int8 * scale differ by at most scale / 2, which is what lets the search prove
that its first pass missed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError

TINY = 1e-300
CANCELLED = 1e-3  # a sum of unit vectors shorter than this has no direction worth keeping

Exact = npt.NDArray[np.float32]
Int8 = npt.NDArray[np.int8]
Keys = npt.NDArray[np.int64]
Scales = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Templates:
    """Templates of one model, as arrays of equal length n, in ascending order of key.

    keys: (n,) int64, person ids or face ids.
    people: (n,) int64, whose they are; 0 for nobody's.
    exact: (n, d) float32, unit vectors.
    int8: (n, d) int8, and scale: (n,) float32; int8 * scale approximates the unit vector.
    """

    keys: Keys
    people: Keys
    exact: Exact
    int8: Int8
    scale: Scales

    def __len__(self) -> int:
        return len(self.keys)


def unit(vectors: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Vectors (n, d) scaled to unit length, float64; ArgumentError for shapes, zeros, NaN and infinities."""
    rows = np.asarray(vectors, np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ArgumentError(f"Embeddings have shape {rows.shape}; expected (n, d) with d at least 1.")
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.all(np.isfinite(norms) & (norms > 0)):
        bad = int(np.flatnonzero(~(np.isfinite(norms) & (norms > 0)))[0])
        raise ArgumentError(
            f"Embedding {bad} has length {norms[bad, 0]}; expected a finite vector that is not zero."
        )
    return np.asarray(rows / norms)


def packed(exact: Exact) -> tuple[Int8, Scales]:
    """(int8, scale) of templates (n, d); see the module's first lines."""
    if not len(exact):
        return exact.astype(np.int8), np.zeros(0, np.float32)
    units = unit(exact)
    scale = (np.abs(units).max(axis=1) / 127).astype(np.float32)
    return np.rint(units / scale[:, None]).astype(np.int8), scale


def encode(vectors: npt.ArrayLike) -> tuple[Exact, Int8, Scales]:
    """(exact, int8, scale) of embeddings (n, d) of any length; see the module's first lines."""
    exact = unit(vectors).astype(np.float32)
    return exact, *packed(exact)


def mean(exact: Exact) -> npt.NDArray[np.float64] | None:
    """The direction (d,) of the sum of templates (n, d), or None where they cancel out (or n is 0)."""
    total = exact.astype(np.float64).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / length if length > CANCELLED else None


def cosines(exact: Exact, query: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """(n,) float32, the cosines of templates (n, d) with a unit query (d,); 0 for a template of zeros.

    Summed in float64 in a fixed order and rounded once: the same pair gives the same bits, whatever else
    is in the gallery. Rounding also brings what float64 puts above 1 (by 1e-15) back to 1.
    """
    rows = exact.astype(np.float64)
    lengths = np.sqrt(np.add.reduce(rows * rows, axis=1))
    dots = np.add.reduce(rows * query, axis=1)
    scores: npt.NDArray[np.float32] = (dots / np.maximum(lengths, TINY)).astype(np.float32)
    return scores
