"""A gallery's own calibration: measured on people of its own, kept, used, and refused where too few were measured."""

from dataclasses import replace

import numpy as np
import pytest

import mien
from mien.audit.keep import keep, own_calibration
from mien.errors import AuditError
from mien.faces import default_engine
from mien.gallery.decide import Calibration, threshold
from mien.gallery.stores.sqlite import SQLiteStore


def test_what_is_kept_decides_from_the_next_opening_on(made_up, tmp_path, grace):
    source, looks, _ = made_up
    engine = default_engine()
    own, told = own_calibration(source, looks, engine)
    card = Calibration.from_card(engine.embedder.card.decision, "sface")
    path = tmp_path / "staff.mien"
    with mien.open(path) as people:
        people.enroll("Grace", grace)
        before = people.identify(grace).provenance["gallery"]["threshold"]
        keep(people.store, engine, own, told)
        assert people.store.problems() == []
    with mien.open(path) as people:
        after = people.identify(grace).provenance["gallery"]["threshold"]
        kept = people.store.calibration(people.model)
    assert before == pytest.approx(threshold(card, [1, 0, 0], 0.01), abs=1e-4)
    assert after == pytest.approx(threshold(own, [1, 0, 0], 0.01), abs=2e-3)
    assert abs(after - before) > 0.01, "made-up people are not as alike as those of the card"
    assert "people of one's own" in kept["measured_on"]
    with SQLiteStore.open(path) as store:
        assert [entry.action for entry in store.entries()][-2:] == ["calibrate", "identify"]
        store.set_calibration(store.info().models[0], None)
    with mien.open(path) as people:
        assert people.identify(grace).provenance["gallery"]["threshold"] == before


def test_an_empty_gallery_can_be_calibrated_before_anybody_is_enrolled(made_up, tmp_path, grace):
    source, looks, _ = made_up
    own, told = own_calibration(source, looks, default_engine())
    with mien.open(tmp_path / "new.mien") as people:
        keep(people.store, default_engine(), own, told)
        people.enroll("Grace", grace)
    with mien.open(tmp_path / "new.mien") as people:
        assert people.calibration.log10_fmr == pytest.approx(own.log10_fmr, abs=1e-4)


def test_too_few_people_and_unnamed_pairs_are_refused(made_up):
    source, looks, _ = made_up
    few = np.flatnonzero(source.person < 20)
    small = replace(source, files=tuple(source.files[i] for i in few), person=source.person[few])
    with pytest.raises(AuditError, match=r"20 people and .* are too few"):
        own_calibration(small, [looks[i] for i in few], default_engine())
    with pytest.raises(AuditError, match="does not say who everybody is"):
        own_calibration(replace(source, named=False), looks, default_engine())
