"""Who is the same person: by looks, never against what was seen."""

import numpy as np

from mien.tracking import Identities, Identity
from mien.tracking.identities import merged
from mien.tracking.shots import Shot
from mien.types import Faces, objects


def shot(quality):
    face = Faces(
        np.array([[0, 0, 50, 50]], np.float32),
        np.zeros((1, 5, 2), np.float32),
        np.ones(1, np.float32),
        np.zeros(1, np.float32),
        quality=np.array([quality], np.float32),
        issues=objects([()]),
    )
    return Shot(0.0, face, np.zeros((1, 112, 112, 3), np.uint8), np.zeros((16, 16, 3), np.uint8))


def person(direction, span, quality=0.9):
    """Somebody whose embedding points where the number says: 0 and 1 are strangers, 0.2 is like 0."""
    vector = np.zeros(128)
    vector[:2] = np.cos(direction * np.pi / 2), np.sin(direction * np.pi / 2)
    return Identity(vector, shot(quality), [span], looks=10, embedded=1)


def test_the_same_person_after_a_cut_is_joined():
    known = Identities()
    one = known.add(person(0, (0, 2)))
    assert known.add(person(0.2, (3, 5), quality=0.95)) is one
    assert one.spans == [(0, 2), (3, 5)]
    assert (one.looks, one.embedded) == (20, 2)
    assert one.best.quality > 0.95
    assert len(known.everybody) == 1


def test_strangers_are_not_joined():
    known = Identities()
    known.add(person(0, (0, 2)))
    known.add(person(1, (3, 5)))
    assert len(known.everybody) == 2


def test_who_is_seen_at_the_same_time_is_two_people_however_alike():
    known = Identities()
    known.add(person(0, (0, 4)))
    known.add(person(0, (3, 5)))
    known.settle()
    known.settle(["Grace", "Grace"])
    assert len(known.everybody) == 2


def test_names_join_whom_looks_did_not():
    known = Identities()
    for direction, span in ((0, (0, 1)), (1, (2, 3)), (0.9, (4, 5))):
        known.everybody.append(person(direction, span))
    known.settle(["Grace", "Grace", None])
    assert len(known.everybody) == 2
    assert known.everybody[0].spans == [(0, 1), (2, 3)]


def test_settling_joins_the_most_alike_first():
    known = Identities()
    known.everybody = [person(0, (0, 2)), person(0.3, (1, 3)), person(0.28, (4, 5))]
    known.settle()
    # The third is like both; it joins the nearer, and then both, seen together, stay two.
    assert sorted(len(one.spans) for one in known.everybody) == [1, 2]
    assert known.everybody[1].spans == [(1, 3), (4, 5)]


def test_spans():
    assert merged([(3, 4), (0, 1), (1.5, 2)], 0.6) == [(0, 2), (3, 4)]
    assert merged([(0, 5), (1, 2)], 0) == [(0, 5)]
    assert merged([], 1) == []
