"""How fast somebody speaks: counts the peaks of loudness in voiced speech, about one for each syllable.

After de Jong & Wempe, Behavior Research Methods 41 (2009): a peak counts where the sound is voiced and is set apart by
dips of 2 dB. They take the loudness of the whole recording to tell speech from silence; here the speech probability
does, so that nothing of what comes later need be known. Counts are estimates: quickly spoken unstressed syllables have
no peak of their own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.types import Floats

DIP = 2.0  # dB before and after a peak; de Jong & Wempe


class Nuclei:
    """Finds the peaks of a curve that goes on and on.

    memory: (3,) float64: whether the curve goes up, the highest value since it does (the lowest since it does not),
    and whether there was a voice at the highest.
    """

    def __init__(self) -> None:
        self.memory = np.array([1.0, -np.inf, 0.0])

    def found(self, energy: Floats, voiced: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """(n,) bool, where the curve has fallen `DIP` below a voiced peak, which is when it is known to be one."""
        up, extreme, voice = self.memory.tolist()
        marks = np.zeros(len(energy), bool)
        for i, (level, spoken) in enumerate(zip(energy.tolist(), voiced.tolist(), strict=True)):
            if up:
                if level > extreme:
                    extreme, voice = level, spoken
                elif level < extreme - DIP:
                    marks[i] = voice
                    up, extreme = 0.0, level
            elif level < extreme:
                extreme = level
            elif level > extreme + DIP:
                up, extreme, voice = 1.0, level, spoken
        self.memory = np.array([up, extreme, voice])
        return marks
