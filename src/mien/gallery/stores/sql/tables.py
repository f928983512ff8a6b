"""The tables of a gallery, in a form from which each database makes its own, and which copies rows between them.

people 1 - n faces 1 - n templates (one for each face and model); people 1 - n means (one for each model, of the
confirmed faces of whoever has a name). Sealed columns hold what `Envelope` makes of them: in a gallery without
a key the plain bytes. `key` is the wrapped data key that seals what is of this person or face alone; deleting
the row makes noise of it.

`changes` names what was touched, so that indexes in other processes catch up; `audit` is the chained log of acts;
`steps` and what begins with `step_` is the history of repairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA = 2


@dataclass(frozen=True)
class Table:
    """A table: columns in order as (name, kind), a kind ending in "?" where NULL is allowed.

    Kinds: int, real, text, blob. refers: column to the table whose row it names, and with which it is deleted.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    unique: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    refers: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(name for name, _ in self.columns)


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name, _, kind in (part.strip().partition(" ") for part in text.split(",")))


# All times are seconds since 1970, UTC. Tables come after those that they refer to.
TABLES = (
    Table(
        "gallery",  # one row: identity, charter, keys, and the last number given out of each kind
        _columns(
            "id int, uuid text, created real, mien text, purpose text, legal_basis text, retention real?, "
            "master blob, stamp blob, key blob, last_person int, last_face int, last_seq int, "
            "last_step int, last_entry int, last_link text"
        ),
        ("id",),
    ),
    Table(
        "models",
        _columns("id int, name text, version text, sha256 text, dim int, calibration text?"),
        ("id",),
        unique=("sha256",),
    ),
    Table(
        "people",  # name (sealed) and handle (blinded, to look it up) are NULL for a group
        _columns("id int, handle blob?, name blob?, key blob, created real, updated real"),
        ("id",),
        unique=("handle",),
    ),
    Table(
        "consents",
        _columns(
            "id int, person_id int, version text, proof blob, given real, expires real?, withdrawn real?"
        ),
        ("person_id", "id"),
        refers={"person_id": "people"},
    ),
    Table(
        "faces",  # about (sealed): SHA-256 and source of the picture; digest: the SHA-256 blinded, to look it up
        _columns(
            "id int, person_id int?, confirmed int, key blob, about blob, digest blob, x1 real, y1 real, x2 real, "
            "y2 real, quality real, issues text, enrolled real"
        ),
        ("id",),
        indexes=(("person_id",), ("digest",)),
        refers={"person_id": "people"},
    ),
    Table(
        "templates",  # exact (sealed): float32, little-endian, unit length
        _columns("model_id int, face_id int, exact blob"),
        ("model_id", "face_id"),
        indexes=(("face_id",),),
        refers={"model_id": "models", "face_id": "faces"},
    ),
    Table(
        "means",
        _columns("model_id int, person_id int, exact blob"),
        ("model_id", "person_id"),
        indexes=(("person_id",),),
        refers={"model_id": "models", "person_id": "people"},
    ),
    Table("crops", _columns("face_id int, jpeg blob"), ("face_id",), refers={"face_id": "faces"}),
    Table(
        "photographs",  # source (sealed with the gallery's key) is NULL once nobody's face is left in it
        _columns("digest blob, source blob?, faces int, problem text, seen real"),
        ("digest",),
    ),
    Table(
        "apart",  # a < b
        _columns("a int, b int"),
        ("a", "b"),
        indexes=(("b",),),
        refers={"a": "faces", "b": "faces"},
    ),
    Table(
        "rejections",
        _columns("face_id int, person_id int"),
        ("face_id", "person_id"),
        indexes=(("person_id",),),
        refers={"face_id": "faces", "person_id": "people"},
    ),
    Table(
        "steps",  # whole: 0 once something that it names was forgotten
        _columns("id int, time real, actor text, action text, undoes int?, whole int"),
        ("id",),
    ),
    Table(
        "step_moves",
        _columns("step_id int, face_id int, before int?, after int?, was_confirmed int, confirmed int"),
        ("step_id", "face_id"),
        indexes=(("face_id",),),
        refers={"step_id": "steps"},
    ),
    Table(
        "step_names",  # before and after: sealed with the gallery's key
        _columns("step_id int, person_id int, before blob?, after blob?"),
        ("step_id", "person_id"),
        indexes=(("person_id",),),
        refers={"step_id": "steps"},
    ),
    Table(
        "step_apart",
        _columns("step_id int, a int, b int, added int"),
        ("step_id", "a", "b"),
        refers={"step_id": "steps"},
    ),
    Table(
        "step_rejections",
        _columns("step_id int, face_id int, person_id int, added int"),
        ("step_id", "face_id", "person_id"),
        refers={"step_id": "steps"},
    ),
    Table(
        "changes",  # no references: the log outlives what it names
        _columns("seq int, time real, what text, person_id int?, face_id int?"),
        ("seq",),
    ),
    Table(
        "audit",
        _columns("seq int, time text, actor text, action text, detail text, link text"),
        ("seq",),
    ),
)
