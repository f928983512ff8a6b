"""Repairs of who is who: name, merge, split, reject, hold apart, put together; and undo any of them.

Each works out a `Step` from what the gallery says now; the store carries it out only if that is still so.
What is said by hand holds for good: clustering moves no confirmed face, and puts nothing together that was said
to be apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from mien.errors import ArgumentError, ConstraintConflict, PersonExists, PersonNotFound
from mien.gallery.stores.base import Store
from mien.gallery.stores.records import Apart, Bonds, Face, Move, Naming, Person, Rejection, Step, clean_name


def name(store: Store, old: str, new: str) -> Person:
    """Give a person or a group another name; naming a group confirms its faces.

    PersonNotFound, or PersonExists where the name is another's.
    """
    person, new = store.person(old), clean_name(new)
    moves = () if person.named else _confirmed(store.faces(old), person.id)
    if not person.named and _is_taken(store, new):
        raise PersonExists(
            f"{new!r} is there already; if {old} shows the same person: mien people merge {new!r} {old}"
        )
    naming = Naming(person.id, person.name if person.named else None, new)
    store.apply(Step("rename" if person.named else "name", moves, (naming,)))
    return store.people_by_id([person.id])[person.id]


def merge(store: Store, into: str, others: Sequence[str]) -> int:
    """Make one person of several, who keeps the name (or number) `into`; their faces are confirmed. The step's number.

    PersonNotFound; ConstraintConflict where faces of theirs were said to be of different people.
    """
    kept = store.person(into)
    gone = [store.person(other) for other in dict.fromkeys(others)]
    if not gone or kept.id in {person.id for person in gone}:
        raise ArgumentError(f"{into!r} can be merged with other people only; name at least one.")
    moves = list(_confirmed(store.faces(into), kept.id))
    namings, rejections = [], []
    held = store.bonds()
    refused = {face for face, person in held.rejected if person == kept.id}
    for person in gone:
        moves += [
            Move(face.id, person.id, kept.id, face.confirmed, True) for face in store.faces(person.name)
        ]
        if person.named:
            namings.append(Naming(person.id, person.name, None))
        for face in [face for face, rejected in held.rejected if rejected == person.id]:
            rejections.append(Rejection(face, person.id, False))
            if face not in refused:
                rejections.append(Rejection(face, kept.id, True))
                refused.add(face)
    return store.apply(Step("merge", tuple(moves), tuple(namings), rejections=tuple(rejections)))


def split(store: Store, name: str, face_ids: Sequence[int]) -> Person:
    """Make a group of its own of some faces of a person: they are one other person. The group."""
    person, chosen = _chosen(store, name, face_ids)
    if len(chosen) == person.faces + person.found:
        raise ArgumentError(f"These are all faces of {name}; leave at least one, or rename.")
    group = store.reserve_groups(1)[0]
    moves = tuple(Move(face.id, person.id, group, face.confirmed, True) for face in chosen)
    store.apply(Step("split", moves, rejections=_not_yet_rejected(store.bonds(), chosen, person)))
    return store.people_by_id([group])[group]


def reject(store: Store, name: str, face_ids: Sequence[int]) -> int:
    """Say that faces are not this person: they are nobody's now, and never this person's again. The step's number.

    What is left in a group is confirmed by this, so that the group stays one to which they do not belong.
    """
    person, chosen = _chosen(store, name, face_ids)
    if not person.named and len(chosen) == person.faces + person.found:
        raise ArgumentError(
            f"These are all faces of {name}, so nobody would be left whom they are not; leave at least one, or hold "
            "them apart from each other: mien people apart FACE FACE."
        )
    moves = [Move(face.id, person.id, None, face.confirmed, False) for face in chosen]
    if not person.named:
        ids = {face.id for face in chosen}
        moves += _confirmed([face for face in store.faces(name) if face.id not in ids], person.id)
    rejections = _not_yet_rejected(store.bonds(), chosen, person)
    return store.apply(Step("reject", tuple(moves), rejections=rejections))


def apart(store: Store, a: int, b: int) -> int:
    """Say that two faces are of different people (a cannot-link). The step's number.

    Where both are one person's, the one that is not confirmed leaves; ConstraintConflict where both are confirmed.
    """
    one, two = _pair(store, a, b)
    moves: tuple[Move, ...] = ()
    if one.person_id is not None and one.person_id == two.person_id:
        leaving = two if not two.confirmed else one
        if leaving.confirmed:
            name = store.people_by_id([one.person_id])[one.person_id].name
            raise ConstraintConflict(
                f"The faces {a} and {b} were both confirmed to be {name}; split or reject one of them first."
            )
        moves = (Move(leaving.id, leaving.person_id, None, False, False),)
    return store.apply(Step("apart", moves, apart=(Apart(min(a, b), max(a, b), True),)))


def same(store: Store, a: int, b: int) -> int:
    """Say that two faces are of one person (a must-link): both are confirmed as that. The step's number.

    ConstraintConflict where they are confirmed to be of two people; merge those.
    """
    one, two = _pair(store, a, b)
    settled = [face for face in (one, two) if face.person_id is not None and face.confirmed]
    if len({face.person_id for face in settled}) > 1:
        names = [person.name for person in store.people_by_id([f.person_id or 0 for f in settled]).values()]
        raise ConstraintConflict(
            f"The faces {a} and {b} were confirmed to be {' and '.join(names)}; merge them."
        )
    owner = next((face.person_id for face in (*settled, one, two) if face.person_id is not None), None)
    target = owner if owner is not None else store.reserve_groups(1)[0]
    moves = tuple(
        Move(face.id, face.person_id, target, face.confirmed, True)
        for face in (one, two)
        if face.person_id != target or not face.confirmed
    )
    return store.apply(Step("same", moves))


def undo(store: Store, number: int | None = None) -> int:
    """Take back a step, by default the last one that was not taken back. The number of the step that does so.

    Undoing an undoing does again what was undone. GalleryChanged where a later step built on it: undo that first.
    """
    step = store.step(_last(store) if number is None else number)
    return store.apply(
        Step(
            f"undo {step.action}"[:100],
            tuple(Move(m.face, m.after, m.before, m.confirmed, m.was_confirmed) for m in step.moves),
            tuple(Naming(n.person, n.after, n.before) for n in step.namings),
            tuple(Apart(t.a, t.b, not t.added) for t in step.apart),
            tuple(Rejection(r.face, r.person, not r.added) for r in step.rejections),
            undoes=step.number,
        )
    )


def _last(store: Store) -> int:
    steps = store.steps(last=1000)
    undone = {step.undoes for step in steps}
    for step in steps:
        if step.undoes is None and step.number not in undone:
            return step.number
    raise ArgumentError("There is nothing to undo.")


def _confirmed(faces: Sequence[Face], person: int) -> tuple[Move, ...]:
    """Moves that confirm those faces of a person that are not."""
    return tuple(Move(face.id, person, person, False, True) for face in faces if not face.confirmed)


def _chosen(store: Store, name: str, face_ids: Sequence[int]) -> tuple[Person, list[Face]]:
    """(person, the chosen faces), or ArgumentError where one is not this person's."""
    person = store.person(name)
    own = {face.id: face for face in store.faces(name)}
    strange = [i for i in face_ids if i not in own]
    if strange or not face_ids:
        told = ", ".join(map(str, strange)) or "none was given"
        raise ArgumentError(f"Faces of {name} are needed: {told}; `mien people show {name!r}` lists them.")
    return person, [own[i] for i in dict.fromkeys(face_ids)]


def _pair(store: Store, a: int, b: int) -> tuple[Face, Face]:
    found = store.faces_by_id([a, b])
    if a == b or len(found) < 2:
        raise ArgumentError(f"Two faces are needed: of {a} and {b}, {len(found)} are in the gallery.")
    return found[a], found[b]


def _not_yet_rejected(held: Bonds, faces: Sequence[Face], person: Person) -> tuple[Rejection, ...]:
    known = set(held.rejected)
    return tuple(Rejection(f.id, person.id, True) for f in faces if (f.id, person.id) not in known)


def _is_taken(store: Store, name: str) -> bool:
    try:
        store.person(name)
    except PersonNotFound:
        return False
    return True
