"""Made-up people, as what is true of average linkage does not depend on whose faces they are."""

import numpy as np
import pytest


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def crowd():
    """Vectors (n, dim) in random order, and who is who; two photographs of a person have a cosine of 0.6.

    Of two people it is 0 ± 0.13 in 64 dimensions, so 0.4 is three standard deviations above.
    """

    def make(people=100, photos=6, seed=0, dim=64):
        rng = np.random.default_rng(seed)
        truth = rng.permutation(np.repeat(np.arange(people), photos))
        centres = unit(rng.standard_normal((people, dim)))
        noise = np.sqrt((1 / 0.6 - 1) / dim)
        return unit(centres[truth] + noise * rng.standard_normal((len(truth), dim))), truth

    return make
