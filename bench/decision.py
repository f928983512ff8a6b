"""Measures what SFace's cosines mean on the development half of LFW and writes it into the model's card.

    python -m bench.decision     # rewrites the end of the card of SFace

Templates are made as Mien enrols: the mean of 1, 2 or 3 embeddings that are averaged with their mirror image;
probes are single embeddings. Every probe is compared with the templates of all other people (impostors) and with
those of its own person that it is not part of (genuine).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from bench import lfw
from bench.shared import ROOT
from mien.faces.embed import unit
from mien.gallery.decide import PHOTOS, Calibration

CARD = ROOT / "src/mien/models/cards/sface.toml"
MARK = "# What follows is written by `python -m bench.decision`; do not edit it by hand.\n"
GRID = np.round(np.arange(-0.3, 1.001, 0.02), 2)
DRAWS = 3  # templates of 2 and of 3 photographs that are drawn for each person
TAIL = 1e-4  # share of the impostors above which a generalised Pareto distribution is fitted
SURE = np.log(1e6)  # no ratio is claimed beyond what that many comparisons can show
BANDWIDTH = 0.025  # of the kernel density of genuine cosines


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Cosines of one number of photographs: impostors (n,), genuine (m,)."""

    impostor: npt.NDArray[np.float32]
    genuine: npt.NDArray[np.float32]


def main() -> None:
    """Measures on all people of the half and rewrites the card."""
    half = lfw.load()
    everybody = np.unique(half.person)
    centre = centre_of(half, everybody)
    calibration = calibrate(half, everybody, centre)
    head = CARD.read_text("utf-8").split(MARK)[0].rstrip("\n")
    CARD.write_text(f"{head}\n\n{MARK}{table(half, centre, calibration)}", "utf-8")
    for photos in range(1, PHOTOS + 1):
        rates = " ".join(
            f"{c:.2f}:{f:.2f}"
            for c, f in zip(GRID[15:45:3], calibration.log10_fmr[photos - 1, 15:45:3], strict=True)
        )
        print(f"{photos} photographs, cosine:log10 FMR  {rates}")


def centre_of(half: lfw.Lfw, people: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The mean embedding of these people's pictures, rounded as the card keeps it."""
    return np.round(half.single[np.isin(half.person, people)].mean(axis=0), 5)


def calibrate(half: lfw.Lfw, people: npt.NDArray[np.int64], centre: npt.NDArray[np.float32]) -> Calibration:
    """False match rates and likelihood ratios from these people alone."""
    fmr, ratio = np.zeros((2, PHOTOS, len(GRID)))
    for photos in range(1, PHOTOS + 1):
        compared = compare(half, people, centre, photos)
        fmr[photos - 1] = log10_survival(compared.impostor)
        ratio[photos - 1] = log_ratio(compared.genuine, fmr[photos - 1])
    return Calibration(GRID, fmr, ratio)


def compare(
    half: lfw.Lfw, people: npt.NDArray[np.int64], centre: npt.NDArray[np.float32], photos: int
) -> Comparisons:
    """All cosines between probes and templates of so many photographs."""
    rng = np.random.default_rng(0)
    rows = np.flatnonzero(np.isin(half.person, people))
    rows = rows[np.argsort(half.person[rows], kind="stable")]
    members: list[npt.NDArray[np.int64]] = []
    for own in np.split(rows, np.flatnonzero(np.diff(half.person[rows])) + 1):
        if photos == 1:
            members += list(own[:, None])
        elif len(own) >= photos:
            members += [rng.choice(own, photos, replace=False) for _ in range(DRAWS)]
    used = np.array(members)
    templates = unit(unit(half.flipped - centre)[used].mean(axis=1))
    cosines = unit(half.single[rows] - centre) @ templates.T
    same = half.person[rows][:, None] == half.person[used[:, 0]][None]
    probe, template = np.nonzero(same)
    apart = ~(rows[probe][:, None] == used[template]).any(axis=1)
    return Comparisons(cosines[~same], cosines[probe[apart], template[apart]])


def log10_survival(impostor: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """log10 of the share of impostors that reach each cosine of the grid; a fitted tail beyond what was counted."""
    bins = np.histogram(impostor, np.concatenate([GRID, [np.inf]]))[0]
    counted = bins[::-1].cumsum()[::-1] / len(impostor)
    bar = float(np.quantile(impostor, 1 - TAIL))
    shape, _, scale = stats.genpareto.fit(impostor[impostor > bar] - bar, floc=0)
    shape = max(shape, 0.0)  # a tail with an end would promise that nobody can look more alike
    fitted = TAIL * stats.genpareto.sf(GRID - bar, shape, 0, scale)
    return np.log10(np.where(bar < GRID, np.maximum(fitted, 1e-30), np.maximum(counted, TAIL)))


def log_ratio(
    genuine: npt.NDArray[np.float32], log10_fmr: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Natural log of the density of genuine cosines over that of impostors on the grid, made monotone.

    Impostors: the slope of their survival function. Genuine: a kernel density where at least five cosines lie
    beyond, and from there on a straight line.
    """
    edges = np.concatenate([GRID - 0.01, GRID[-1:] + 0.01])
    survival = 10 ** np.interp(edges, GRID, log10_fmr)
    impostor = -np.diff(survival) / 0.02
    kernel = stats.gaussian_kde(genuine, bw_method=BANDWIDTH / genuine.std())
    ratio = np.log(np.maximum(kernel(GRID), 1e-300)) - np.log(np.maximum(impostor, 1e-300))
    low, high = np.sort(genuine)[[5, -6]]
    known = np.flatnonzero((low <= GRID) & (high >= GRID) & (impostor > 0))
    ratio = np.interp(GRID, GRID[known], np.maximum.accumulate(ratio[known]))
    return np.clip(extended(ratio, known[0], known[-1]), -np.log(len(genuine)), SURE)


def extended(values: npt.NDArray[np.float64], first: int, last: int) -> npt.NDArray[np.float64]:
    """The values with both ends replaced by lines that go on with the mean slope of the nearest five steps."""
    steps = np.arange(len(values))
    low = (values[first + 5] - values[first]) / 5
    high = (values[last] - values[last - 5]) / 5
    result = np.where(steps < first, values[first] + low * (steps - first), values)
    return np.where(steps > last, values[last] + high * (steps - last), result)


def table(half: lfw.Lfw, centre: npt.NDArray[np.float32], calibration: Calibration) -> str:
    """The `[decision]` table as TOML."""
    pictures, people = len(half.files), len(np.unique(half.person))
    rows = lambda values, digits: ", ".join(f"{v:.{digits}f}" for v in values)  # noqa: E731
    nested = lambda values: "".join(f"  [{rows(row, 3)}],\n" for row in values)  # noqa: E731
    return (
        "[decision]\n"
        f'measured_on = "Labeled Faces in the Wild, folds 1-5 of View 2: {pictures:,} photographs of {people:,} '
        'public figures, mostly white and male; other groups are likelier to be confused"\n'
        f"centre = [{rows(centre, 5)}]\n"
        f"cosine = [{rows(calibration.cosine, 2)}]\n"
        f"log10_fmr = [\n{nested(calibration.log10_fmr)}]\n"
        f"log_ratio = [\n{nested(calibration.log_ratio)}]\n"
    )


if __name__ == "__main__":
    main()
