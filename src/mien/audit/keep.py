"""Keeps what was measured on a collection as the calibration by which a gallery decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mien.audit.calibrate import LEAST_IMPOSTORS, calibrated
from mien.audit.collect import Look, Pictures, duplicates
from mien.audit.sources import Source
from mien.errors import AuditError
from mien.faces import FaceEngine
from mien.gallery.decide import Calibration
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Model

PEOPLE = 30  # with fewer, every comparison has one of few people in it


def own_calibration(source: Source, looks: Sequence[Look], engine: FaceEngine) -> tuple[Calibration, str]:
    """(the calibration of the people of a source, on whom it was measured in words).

    Raises AuditError where it is not known who everybody is, or there are too few people or comparisons.
    """
    if not source.named:
        raise AuditError(
            "A table of pairs does not say who everybody is, so no calibration can be kept; add the columns "
            "person_a and person_b, or give --people DIR."
        )
    card = engine.embedder.card
    pictures = Pictures.of(looks, source.person, duplicates(looks)[0], card.dim or 0)
    rows = pictures.usable
    person = source.person[rows]
    people, counts = np.unique(person, return_counts=True)
    different = int(len(person) ** 2 - (counts**2).sum())
    if len(people) < PEOPLE or different < LEAST_IMPOSTORS:
        raise AuditError(
            f"{len(people)} people and {different:,} comparisons between different ones are too few to decide by; "
            f"{PEOPLE} people and {LEAST_IMPOSTORS:,} comparisons are needed, such as {PEOPLE} people with four "
            "photographs each. The calibration of the gallery stays as it is."
        )
    shipped = Calibration.from_card(card.decision, card.name)
    own = calibrated(pictures.enrolled[rows], pictures.searched[rows], person, shipped)
    return own, f"{int(rows.sum()):,} photographs of {len(people):,} people of one's own"


def keep(store: Store, engine: FaceEngine, own: Calibration, measured_on: str) -> None:
    """Make it the calibration of a gallery for the engine's model; `Gallery` uses it from the next opening on."""
    card = engine.embedder.card
    model = Model(card.name, card.version, engine.embedder.identity, card.dim or 0)
    table: dict[str, Any] = {
        "measured_on": measured_on,
        "cosine": own.cosine.tolist(),
        "log10_fmr": np.round(own.log10_fmr, 4).tolist(),
        "log_ratio": np.round(own.log_ratio, 4).tolist(),
    }
    store.set_calibration(model, table)
