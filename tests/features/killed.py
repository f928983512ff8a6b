"""A process for tests: computes the streams of a film until it is killed. Arguments: film, seconds of a chunk."""

import sys
from pathlib import Path

from mien.faces import default_engine
from mien.features.streams import Pass
from tests.features.counting import Counting

if __name__ == "__main__":
    for chunk in Pass(Path(sys.argv[1]), default_engine(), [Counting()], chunk=float(sys.argv[2])).chunks():
        print(chunk, flush=True)
