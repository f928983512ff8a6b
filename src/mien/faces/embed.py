"""Turns aligned faces into vectors whose dot product says how alike two faces are."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from mien.models import Session, open_session
from mien.types import Embeddings


class Embedder:
    """A face recognition network on ONNX Runtime; one object serves any number of threads.

    Its card says what it wants to be fed (size, channel order, mean, standard deviation) and may name a
    centre: the mean unit vector of many people, which is taken off before vectors are compared. Faces have
    much in common that says nothing about who they are; with that gone SFace misses fewer people
    (`python -m bench recognition` shows both).

    identity: 64 hexadecimal digits that name weights and centre together; vectors compare only within it.
    """

    def __init__(self, model: str = "sface", *, provider: str | None = None, strict: bool = False) -> None:
        self.session: Session = open_session(model, provider=provider, strict=strict)
        self.card = self.session.card
        self.centre = np.array(self.card.decision.get("centre", ()), np.float32)
        self.identity = hashlib.sha256(
            bytes.fromhex(self.card.weights.sha256) + self.centre.tobytes()
        ).hexdigest()

    def embed(self, crops: npt.NDArray[np.uint8], *, flip: bool = False) -> Embeddings:
        """(n, d) float32 of unit length from aligned crops (n, 112, 112, 3) uint8 RGB.

        flip: average with the mirrored crop, at twice the cost; worth it for enrolment.
        Each face is run on its own: a batch gains nothing on a CPU, and so a face gives the same bits
        whatever other faces it is embedded with.
        """
        vectors = unit(self._run(crops))
        if flip:
            vectors = unit(vectors + unit(self._run(crops[:, :, ::-1])))
        return self.centred(vectors)

    def centred(self, vectors: Embeddings) -> Embeddings:
        """Unit vectors (n, d) as the network gives them, with the card's centre taken off, again of unit length."""
        return unit(vectors - self.centre) if len(self.centre) else vectors

    def _run(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        wanted = self.card.input
        x = crops if wanted.channels == "RGB" else crops[..., ::-1]
        blob = (x - np.array(wanted.mean, np.float32)) / np.array(wanted.std, np.float32)
        blob = np.ascontiguousarray(blob.transpose(0, 3, 1, 2))
        rows = [self.session.run({wanted.name: blob[i : i + 1]})[0] for i in range(len(blob))]
        return np.concatenate(rows) if rows else np.zeros((0, self.card.dim or 0), np.float32)


def unit(vectors: npt.NDArray[np.floating]) -> Embeddings:
    """Rows scaled to unit length; (n, d) float32. A row of zeros stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
