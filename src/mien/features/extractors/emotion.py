"""Gives what each face shows, frame by frame: shares of seven expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mien.faces.expression import CLASSES, Expression
from mien.features.extractor import State, View
from mien.types import Column, Family, Rows

UNCALIBRATED = "share of the class in [0, 1], not calibrated; empty where the model does not have the class"
FAMILY = Family(
    "emotion",
    (
        Column("angry", meaning=UNCALIBRATED),
        Column("disgust", meaning=UNCALIBRATED),
        Column("fear", meaning=UNCALIBRATED),
        Column(
            "happy", meaning="share of the class in [0, 1], a probability of a smile where the card says so"
        ),
        Column("sad", meaning=UNCALIBRATED),
        Column("surprise", meaning=UNCALIBRATED),
        Column("neutral", meaning=UNCALIBRATED),
        Column("contempt", meaning=UNCALIBRATED),
        Column(
            "valence", meaning="unpleasant to pleasant in [-1, 1]; empty where the model does not have it"
        ),
        Column("arousal", meaning="calm to excited in [-1, 1]; empty where the model does not have it"),
    ),
)


class Emotion:
    """The extractor of the family "emotion"; a row for each face of each frame.

    The classes of a row sum to 1 over those that the model has; the others are NaN, and so are valence and arousal.
    """

    family = FAMILY
    needs: tuple[str, ...] = ()

    def __init__(self, model: str = "fer-mini-xception") -> None:
        """Open the network; raises as `Expression`."""
        self._expression = Expression(model)
        session = self._expression.session
        tier = session.card.decision.get("tier", "unrated")
        calibrated = list(session.card.decision.get("calibrated", ()))
        self.facts: Mapping[str, Any] = {
            "models": [session.provenance()],
            "tier": tier,
            "calibrated": calibrated,
        }

    def see(self, view: View) -> Rows:
        """Rows of all faces of the frame."""
        image, expression = view.frame.image, self._expression
        shares = view.spread(lambda face: expression.share(image, face), view.faces)
        table = np.reshape(np.asarray(shares, np.float32), (len(view.faces), len(expression.labels)))
        nothing = np.full(len(view.faces), np.nan, np.float32)
        rows = dict.fromkeys((*CLASSES, "valence", "arousal"), nothing)
        return {"track": view.tracks} | rows | dict(zip(expression.labels, table.T, strict=True))

    def state(self) -> State:
        """Nothing is carried from frame to frame."""
        return {}

    def resume(self, state: State) -> None:
        """Nothing was carried."""

    def close(self) -> None:
        """Free the network."""
        self._expression.close()
