"""Images in, `Faces` out: detection, alignment, embedding, quality."""

from mien.faces.detect import Detector
from mien.faces.embed import Embedder
from mien.faces.engine import FaceEngine, default_engine

__all__ = ["Detector", "Embedder", "FaceEngine", "default_engine"]
