"""Carries out repairs of who is who, and keeps them so that each can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mien.errors import ArgumentError, ConstraintConflict, GalleryChanged
from mien.gallery.stores.records import Apart, Bonds, Move, Naming, Rejection, Step, What
from mien.gallery.stores.sql import audit, consents, people, templates
from mien.gallery.stores.sql.session import Session, moment, readable


def apply(s: Session, step: Step) -> int:
    """The number of a step that was carried out; see `Store.apply`."""
    _require_as_before(s, step)
    targets = {move.after for move in step.moves} | {naming.person for naming in step.namings}
    touched = {move.before for move in step.moves} | targets
    ids = sorted(i for i in touched if i is not None)
    alive = {i for (i,) in s.among("SELECT id FROM people WHERE id IN ({})", ids)}
    people.add_groups(s, [i for i in ids if i in targets and i not in alive])
    _name(s, step.namings)
    s.db.executemany(
        "UPDATE faces SET person_id = ?, confirmed = ? WHERE id = ?",
        [(move.after, int(move.confirmed), move.face) for move in step.moves],
    )
    _say(s, step.apart, step.rejections)
    removed = _remove_empty(s, step, ids)
    _require_consistent(s)
    rest = [i for i in ids if i not in removed]
    templates.refresh_means(s, rest)
    people.touch(s, rest)
    s.log(*((What.FACE_MOVED, owner, move.face) for move in step.moves for owner in _owners(move)))
    s.log(*((What.PERSON_REMOVED, i, None) for i in removed))
    return _keep(s, step)


@readable("The history")
def last(s: Session, n: int) -> list[Step]:
    """The last steps, newest first, without what they moved."""
    found = s.db.execute("SELECT id, time, actor, action, undoes FROM steps ORDER BY id DESC LIMIT ?", (n,))
    return [
        Step(action, undoes=undoes, number=number, time=moment(time), actor=actor)
        for number, time, actor, action, undoes in found
    ]


@readable("The history")
def one(s: Session, number: int) -> Step:
    """A whole step, or ArgumentError."""
    row = s.db.execute(
        "SELECT time, actor, action, undoes, whole FROM steps WHERE id = ?", (number,)
    ).fetchone()
    if row is None:
        raise ArgumentError(f"There is no step {number}; `mien people history` lists them.")
    time, actor, action, undoes, whole = row
    if not whole:
        raise ArgumentError(f"Step {number} names somebody who was forgotten since; it cannot be undone.")

    def rows(table: str, columns: str) -> list[tuple[int, ...]]:
        return s.db.execute(f"SELECT {columns} FROM {table} WHERE step_id = ?", (number,)).fetchall()

    moves = rows("step_moves", "face_id, before, after, was_confirmed, confirmed")
    apart = rows("step_apart", "a, b, added")
    rejections = rows("step_rejections", "face_id, person_id, added")
    names = s.db.execute(
        "SELECT person_id, before, after FROM step_names WHERE step_id = ?", (number,)
    ).fetchall()
    return Step(
        action,
        tuple(Move(face, before, after, bool(was), bool(now)) for face, before, after, was, now in moves),
        tuple(Naming(i, _unsealed(s, number, i, b), _unsealed(s, number, i, a)) for i, b, a in names),
        tuple(Apart(a, b, bool(added)) for a, b, added in apart),
        tuple(Rejection(face, person, bool(added)) for face, person, added in rejections),
        undoes,
        number,
        moment(time),
        actor,
    )


def bonds(s: Session) -> Bonds:
    """All that was said to be apart, and all rejections."""
    apart = s.db.execute("SELECT a, b FROM apart ORDER BY a, b").fetchall()
    rejected = s.db.execute("SELECT face_id, person_id FROM rejections ORDER BY face_id, person_id")
    return Bonds(
        tuple((a, b) for a, b in apart), tuple((face, person) for face, person in rejected.fetchall())
    )


def _require_as_before(s: Session, step: Step) -> None:
    found = s.among(
        "SELECT id, person_id, confirmed FROM faces WHERE id IN ({})", [move.face for move in step.moves]
    )
    now = {face: (person, bool(confirmed)) for face, person, confirmed in found}
    for move in step.moves:
        if now.get(move.face) != (move.before, move.was_confirmed):
            raise _changed(f"face {move.face}")
    names = people.by_id(s, [naming.person for naming in step.namings])
    for naming in step.namings:
        person = names.get(naming.person)
        if (person.name if person and person.named else None) != naming.before:
            raise _changed(f"the name of person {naming.person}")
    held = bonds(s) if step.apart or step.rejections else Bonds((), ())
    for tie in step.apart:
        if ((tie.a, tie.b) in held.apart) == tie.added:
            raise _changed(f"what was said of the faces {tie.a} and {tie.b}")
    for rejection in step.rejections:
        if ((rejection.face, rejection.person) in held.rejected) == rejection.added:
            raise _changed(f"what was said of face {rejection.face}")
    reserved: int = s.db.execute("SELECT last_person FROM gallery").fetchone()[0]
    for owner in [move.after or 0 for move in step.moves] + [naming.person for naming in step.namings]:
        if owner > reserved:
            raise ArgumentError(f"The person {owner} was not reserved; `reserve_groups` gives ids out.")


def _changed(what: str) -> GalleryChanged:
    return GalleryChanged(
        f"Somebody changed {what} meanwhile (or, for undoing, a later step did: undo that one first). "
        "Nothing was changed."
    )


def _name(s: Session, namings: Sequence[Naming]) -> None:
    for naming in namings:  # first away, then given, so that names can be exchanged
        people.set_name(s, naming.person, None)
    for naming in namings:
        if naming.after is not None:
            people.set_name(s, naming.person, naming.after)
    s.log(*((What.PERSON_RENAMED, naming.person, None) for naming in namings))


def _say(s: Session, apart: Iterable[Apart], rejections: Iterable[Rejection]) -> None:
    for tie in apart:
        if tie.added:
            s.insert("apart", "a, b", [(tie.a, tie.b)])
        else:
            s.db.execute("DELETE FROM apart WHERE a = ? AND b = ?", (tie.a, tie.b))
    for said in rejections:
        if said.added:
            s.insert("rejections", "face_id, person_id", [(said.face, said.person)])
        else:
            s.db.execute(
                "DELETE FROM rejections WHERE face_id = ? AND person_id = ?", (said.face, said.person)
            )


def _remove_empty(s: Session, step: Step, ids: Sequence[int]) -> list[int]:
    """Groups that the step left without a face and without a name; their consents go where their faces went."""
    named = {i for (i,) in s.among("SELECT id FROM people WHERE name IS NOT NULL AND id IN ({})", ids)}
    full = {i for (i,) in s.among("SELECT DISTINCT person_id FROM faces WHERE person_id IN ({})", ids)}
    removed = [i for i in ids if i not in named and i not in full]
    for i in removed:
        heirs = {move.after for move in step.moves if move.before == i and move.after is not None}
        if len(heirs) == 1:
            consents.follow(s, i, heirs.pop())
    s.without("people", "id", removed)
    return removed


def _require_consistent(s: Session) -> None:
    together = s.db.execute(
        "SELECT t.a, t.b FROM apart t JOIN faces a ON a.id = t.a JOIN faces b ON b.id = t.b "
        "WHERE a.person_id = b.person_id LIMIT 1"
    ).fetchone()
    if together:
        raise ConstraintConflict(
            f"The faces {together[0]} and {together[1]} were said to be of different people, and would be of one. "
            "Undo that first (`mien people history`). Nothing was changed."
        )
    back = s.db.execute(
        "SELECT r.face_id, r.person_id FROM rejections r "
        "JOIN faces f ON f.id = r.face_id AND f.person_id = r.person_id LIMIT 1"
    ).fetchone()
    if back:
        name = people.by_id(s, [back[1]])[back[1]].name
        raise ConstraintConflict(
            f"Face {back[0]} was said not to be {name}. Undo that first (`mien people history`). "
            "Nothing was changed."
        )


def _owners(move: Move) -> list[int | None]:
    """Whose faces or templates a move alters."""
    return list(dict.fromkeys([move.before, move.after]))


def _keep(s: Session, step: Step) -> int:
    number = s.number("step")[0]
    s.insert(
        "steps",
        "id, time, actor, action, undoes, whole",
        [(number, s.now, s.actor, step.action, step.undoes, 1)],
    )
    s.insert(
        "step_moves",
        "step_id, face_id, before, after, was_confirmed, confirmed",
        [(number, m.face, m.before, m.after, int(m.was_confirmed), int(m.confirmed)) for m in step.moves],
    )
    s.insert(
        "step_names",
        "step_id, person_id, before, after",
        [
            (number, n.person, _sealed(s, number, n.person, n.before), _sealed(s, number, n.person, n.after))
            for n in step.namings
        ],
    )
    s.insert("step_apart", "step_id, a, b, added", [(number, t.a, t.b, int(t.added)) for t in step.apart])
    s.insert(
        "step_rejections",
        "step_id, face_id, person_id, added",
        [(number, r.face, r.person, int(r.added)) for r in step.rejections],
    )
    audit.append(
        s,
        step.action,
        {"step": number, "faces": len(step.moves), "names": len(step.namings), "undoes": step.undoes},
    )
    return number


def _sealed(s: Session, step: int, person: int, name: str | None) -> bytes | None:
    return None if name is None else s.key.seal(name.encode(), b"step %d %d" % (step, person))


def _unsealed(s: Session, step: int, person: int, sealed: bytes | None) -> str | None:
    return None if sealed is None else s.key.unseal(sealed, b"step %d %d" % (step, person)).decode()
