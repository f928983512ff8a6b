"""The 21 points of each hand through time, at the wrists of the bodies that are followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mien.bodies.engine import HandEngine
from mien.bodies.hands import Hand, joined
from mien.bodies.parts import LEFT, RIGHT, Hands
from mien.features.extractor import State, View
from mien.types import Column, Family, Floats, Rows

SIDES = {"left": LEFT, "right": RIGHT}


def _columns(side: str) -> tuple[Column, ...]:
    return (
        Column(
            side,
            shape=(21, 3),
            unit="pixels",
            meaning=f"x, y, and z from the wrist, of the person's own {side} hand; see HAND_POINTS",
        ),
        Column(
            f"{side}_score",
            meaning="that there is a hand, in [0, 1]; 0 where none was looked for, or it was the other one again",
        ),
        Column(f"{side}_side", meaning=f"that it is a {side} hand by its look alone, in [0, 1]"),
        Column(f"{side}_filled", "bool", meaning="whether the points lie between those of other frames"),
    )


HANDS = Family("hands", (*_columns("left"), *_columns("right")))


class HandsExtractor:
    """Hands of the bodies that the pose family has in the same frame: a row for each, whatever was found.

    A hand that is not found has NaN for points; its score says how near it came to 0.5. Filled points come later,
    when gaps are filled (`mien.features.gaps`); here none is. model: see `HandEngine`.
    """

    family = HANDS
    needs: tuple[str, ...] = ("pose",)

    def __init__(self, model: str = "hands") -> None:
        self._engine = HandEngine(model)
        self.facts: Mapping[str, Any] = {"models": self._engine.provenance()}
        self._before: dict[int, Floats] = {}  # (2, 21, 3) by track

    def see(self, view: View) -> Rows:
        """The rows of this frame, in the order of the pose's."""
        poses, image = view.rows["pose"], view.frame.image
        before = {} if view.cut else self._before
        tracks = poses["track"].tolist()

        def look(task: tuple[int, int]) -> Hand:
            row, side = task
            earlier = before.get(tracks[row])
            hint = None if earlier is None else earlier[side]
            return self._engine.follow(image, side, poses["points"][row], poses["visibility"][row], hint)

        found = joined(
            view.spread(look, [(row, side) for row in range(len(tracks)) for side in (LEFT, RIGHT)])
        )
        self._before = dict(zip(tracks, found.points, strict=True))
        return rows(found, tracks)

    def state(self) -> State:
        """Where the hands were, as arrays by name."""
        points = np.array(list(self._before.values()), np.float32).reshape(-1, 2, 21, 3)
        return {"track": np.array(list(self._before), np.int32), "points": points}

    def resume(self, state: State) -> None:
        """Go on from a state that `state` gave."""
        self._before = dict(zip(state["track"].tolist(), state["points"], strict=True))

    def close(self) -> None:
        """Free the networks."""
        self._engine.close()


def rows(hands: Hands, tracks: list[int]) -> Rows:
    """The table's columns, with whose each is."""
    table: dict[str, Any] = {"track": np.array(tracks, np.int32)}
    for name, side in SIDES.items():
        table[name] = hands.points[:, side]
        table[f"{name}_score"] = hands.scores[:, side]
        table[f"{name}_side"] = hands.sides[:, side]
        table[f"{name}_filled"] = np.zeros(len(hands), bool)
    return table
