"""Rows of consents, and whether one is in force."""

from __future__ import annotations

from collections.abc import Sequence

from mien.errors import ConsentMissing
from mien.gallery.stores.records import Consent
from mien.gallery.stores.sql import audit, gallery
from mien.gallery.stores.sql.session import Session, moment, readable

BASIS = "consent"  # the legal basis under which nobody is enrolled without one


def give(s: Session, person_id: int, consent: Consent) -> None:
    """Note a consent, given now where it has no time of its own."""
    number: int = s.db.execute(
        "SELECT coalesce(max(id), 0) + 1 FROM consents WHERE person_id = ?", (person_id,)
    ).fetchone()[0]
    given = consent.given.timestamp() if consent.given else s.now
    expires = consent.expires.timestamp() if consent.expires else None
    s.insert(
        "consents",
        "id, person_id, version, proof, given, expires, withdrawn",
        [(number, person_id, consent.version, _seal(s, person_id, consent.proof), given, expires, None)],
    )
    audit.append(s, "consent", {"person": person_id, "version": consent.version[:100]})


def withdraw(s: Session, person_id: int) -> None:
    """End what is in force."""
    s.db.execute(
        "UPDATE consents SET withdrawn = ? WHERE person_id = ? AND withdrawn IS NULL", (s.now, person_id)
    )
    audit.append(s, "withdraw consent", {"person": person_id})


@readable("What is known of consents")
def of_person(s: Session, person_id: int) -> list[Consent]:
    """A person's consents, oldest first."""
    wrapped = s.db.execute("SELECT key FROM people WHERE id = ?", (person_id,)).fetchone()[0]
    key = s.envelope.opened(wrapped)
    return [
        Consent(
            version,
            key.unseal(proof, b"consent %d" % person_id).decode(),
            moment(given),
            moment(expires) if expires is not None else None,
            moment(withdrawn) if withdrawn is not None else None,
        )
        for version, proof, given, expires, withdrawn in s.db.execute(
            "SELECT version, proof, given, expires, withdrawn FROM consents WHERE person_id = ? ORDER BY id",
            (person_id,),
        ).fetchall()
    ]


def require(s: Session, people: Sequence[int | None], who: str) -> None:
    """ConsentMissing where the gallery's basis is consent and somebody has none in force (nobody never has)."""
    if gallery.charter(s.db).legal_basis != BASIS:
        return
    for person_id in people:
        if person_id is None or not in_force(s, person_id):
            raise ConsentMissing(
                f"The legal basis of this gallery is consent, and none is in force for {who}; note it first: "
                "mien people consent NAME --version VERSION --proof PROOF."
            )


def in_force(s: Session, person_id: int) -> bool:
    """Whether a consent was given that has neither ended nor been withdrawn."""
    found = s.db.execute("SELECT expires, withdrawn FROM consents WHERE person_id = ?", (person_id,))
    return any(w is None and (e is None or e > s.now) for e, w in found.fetchall())


def ended(s: Session) -> list[int]:
    """People whose consents have all ended, where consent is the basis."""
    if gallery.charter(s.db).legal_basis != BASIS:
        return []
    found = s.db.execute("SELECT DISTINCT person_id FROM consents ORDER BY person_id").fetchall()
    return [person_id for (person_id,) in found if not in_force(s, person_id)]


def follow(s: Session, before: int, after: int) -> None:
    """Give the consents of a person who is being merged to the other one."""
    kept = of_person(s, before)
    rows = s.db.execute(
        "SELECT id, withdrawn FROM consents WHERE person_id = ? ORDER BY id", (before,)
    ).fetchall()
    for consent, (_, withdrawn) in zip(kept, rows, strict=True):
        give(s, after, consent)
        if withdrawn is not None:
            s.db.execute(
                "UPDATE consents SET withdrawn = ? WHERE person_id = ? AND id = "
                "(SELECT max(id) FROM consents WHERE person_id = ?)",
                (withdrawn, after, after),
            )


def _seal(s: Session, person_id: int, proof: str) -> bytes:
    wrapped = s.db.execute("SELECT key FROM people WHERE id = ?", (person_id,)).fetchone()[0]
    return s.envelope.opened(wrapped).seal(proof.encode(), b"consent %d" % person_id)
