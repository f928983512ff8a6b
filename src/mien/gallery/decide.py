"""When is alike alike enough: thresholds that know the gallery, and probabilities that mean what they say.

**Threshold.** A stranger is compared with everybody in the gallery, so the more people it holds, the likelier
one of them looks like the stranger. With FMR_k(t) the share of comparisons between different people that reach
the cosine t (k photographs enrolled), and n_k people with k photographs,

    FPIR(t) = 1 - prod_k (1 - FMR_k(t))^n_k              (ISO/IEC 19795-1; comparisons taken as independent)

and the threshold is the t at which this is the false-positive identification rate that was asked for.

**Probability.** With L_k(s) the ratio of the densities of the cosine s between photographs of the same person and
of different people, and the prior m that the probe is anybody in the gallery, each of its N people equally likely,

    P(person i | all cosines) = (m/N) L_i / ((1 - m) + (m/N) sum_j L_j)

so a second person who looks alike takes probability away from the first.

Both FMR_k and L_k come from the card of the model, which says on whom they were measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import ArgumentError, ModelError

Array = npt.NDArray[np.float64]

PHOTOS = 3  # templates of more photographs than this are treated as of this many


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a model's cosines mean.

    cosine: (m,) ascending. log10_fmr, log_ratio: (PHOTOS, m); row k - 1 is for templates of k photographs:
    log10 of the share of comparisons between different people that reach the cosine, and the natural
    logarithm of the ratio of densities, same person to different people. Beyond the ends both go on as a line.
    """

    cosine: Array
    log10_fmr: Array
    log_ratio: Array

    @classmethod
    def from_card(cls, decision: Mapping[str, Any], name: str) -> Calibration:
        """The calibration in a card's `[decision]` table; ModelError where it has none."""
        if "cosine" not in decision:
            raise ModelError(
                f"The card of {name!r} has no [decision] table, so its similarities cannot be turned into "
                "probabilities and thresholds. `python -m bench decision` in Mien's repository makes one."
            )
        arrays = (np.array(decision[key], np.float64) for key in ("cosine", "log10_fmr", "log_ratio"))
        return cls(*arrays)

    def fmr(self, cosine: npt.ArrayLike, photos: npt.ArrayLike) -> Array:
        """False match rate at these cosines for templates of so many photographs (both of one shape)."""
        return np.asarray(10 ** np.minimum(self._at(self.log10_fmr, cosine, photos), 0))

    def log_likelihood_ratio(self, cosine: npt.ArrayLike, photos: npt.ArrayLike) -> Array:
        """Natural logarithm of p(cosine | same person) / p(cosine | different people)."""
        return self._at(self.log_ratio, cosine, photos)

    def _at(self, table: Array, cosine: npt.ArrayLike, photos: npt.ArrayLike) -> Array:
        """The table in the row for the number of photographs, at these cosines."""
        x, row = np.broadcast_arrays(np.asarray(cosine, np.float64), np.clip(photos, 1, PHOTOS) - 1)
        values = np.empty(x.shape)
        for i in range(PHOTOS):
            values[row == i] = _line(self.cosine, table[i], x[row == i])
        return values


def threshold(calibration: Calibration, people: npt.ArrayLike, fpir: float) -> float:
    """The cosine at which the false-positive identification rate is `fpir`.

    people: (PHOTOS,) how many people have templates of 1, 2, and 3 or more photographs.
    For a comparison of two faces (1:1) there is one person, and fpir is the false match rate.

    Above 1 where no likeness is enough. Raises ArgumentError for a rate outside (0, 1).
    """
    if not 0 < fpir < 1:
        raise ArgumentError(
            f"The false-positive rate is {fpir}; expected a number between 0 and 1, such as 0.01."
        )
    photos = np.arange(1, PHOTOS + 1)[:, None]
    fmr = np.minimum(calibration.fmr(np.tile(calibration.cosine, (PHOTOS, 1)), photos), 1 - 1e-12)
    expected = -(np.asarray(people, np.float64) @ np.log1p(-fmr))  # minus the log of the share nobody matches
    wanted = np.log10(-np.log1p(-fpir))
    # Falls with the cosine and is nearly a line in between, as the false match rates are.
    return float(_line(np.log10(expected)[::-1], calibration.cosine[::-1], np.asarray(wanted)))


def threshold_of_one(calibration: Calibration, rate: float) -> float:
    """The cosine from which a face matches a single other one at that false match rate.

    Raises ArgumentError for a rate outside (0, 1), and for one that no likeness is enough for: no gallery, which
    only needs more, could be asked for it.
    """
    limit = threshold(calibration, [1, *[0] * (PHOTOS - 1)], rate)
    if limit > 1:
        raise ArgumentError(
            f"A false-positive rate of {rate} is stricter than this model can tell people apart; ask for a higher one."
        )
    return limit


def posterior(
    calibration: Calibration, cosines: npt.ArrayLike, photos: npt.ArrayLike, size: int, prior: float = 0.5
) -> Array:
    """(k,) probability for each of the k most similar of `size` people that the probe is that person.

    cosines, photos: (k,) of those people; the ratios of the others, who are less alike, are taken as 0.
    prior: that the probe is anybody in the gallery.
    """
    each = np.log(prior / size) + calibration.log_likelihood_ratio(cosines, photos)
    stranger = np.log1p(-prior)
    top = max(each.max(initial=-np.inf), stranger)
    odds = np.exp(each - top)
    return np.asarray(odds / (odds.sum() + np.exp(stranger - top)))


def _line(x: Array, y: Array, at: Array) -> Array:
    """Piecewise linear interpolation through (x, y), x ascending, that goes on as a line beyond both ends."""
    i = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    return np.asarray(y[i] + (y[i + 1] - y[i]) * (at - x[i]) / (x[i + 1] - x[i]))
