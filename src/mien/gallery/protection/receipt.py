"""The receipt of a deletion: what was removed and when, signed, to be held against the gallery later.

A receipt names the person by number, and carries a salted hash of the name for whoever knows the name to check
(`subject_matches`). The hash is slow to compute (scrypt, RFC 7914), yet whoever has a list of names can try them
all: give a receipt to those alone who may know whom it is about.

The signature is the gallery's own (HMAC), so it takes the gallery, and its key where it has one, to verify.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mien.errors import ReceiptInvalid
from mien.gallery.protection.chain import Break, Entry, Sign, canonical, stamp
from mien.gallery.stores.records import clean_name

FORMAT = "mien deletion receipt 1"
LARGEST = 64 * 2**20  # bytes of a receipt's file
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}  # 16 MB and some 50 ms a guess (RFC 7914, section 2)


@dataclass(frozen=True)
class Receipt:
    """What a deletion left behind.

    gallery: uuid. person: id, None where faces alone were deleted; faces: ids of what was removed.
    removed: rows by what they held, such as {"faces": 3, "templates": 4, "crops": 3}.
    cleaned: whether each place was cleaned of remains, such as {"free pages": True, "write-ahead log": False}.
    time: of the deletion, UTC. mien: the version that did it. entry and link: the audit log's entry of it.
    salt and subject: hexadecimal, the salted hash of the name, "" where there was none.
    signature: hexadecimal, of all the rest.
    """

    gallery: str
    person: int | None
    faces: tuple[int, ...]
    removed: Mapping[str, int]
    cleaned: Mapping[str, bool]
    time: str
    mien: str
    entry: int
    link: str
    salt: str = ""
    subject: str = ""
    format: str = FORMAT
    signature: str = ""


@dataclass(frozen=True)
class Facts:
    """What the gallery says today about what a receipt claims.

    gallery: its uuid. remains: rows that still refer to the person or the faces, by table.
    entry: the audit log's entry of the receipt's number, None where there is none.
    broken: the first break in the audit log, None where it is whole.
    """

    gallery: str
    remains: Mapping[str, int]
    entry: Entry | None
    broken: Break | None


@dataclass(frozen=True)
class Check:
    """One thing that was checked, whether it holds, and a sentence that says what was found."""

    name: str
    ok: bool
    detail: str


def make(
    *,
    gallery: str,
    person: int | None,
    name: str | None,
    faces: tuple[int, ...],
    removed: Mapping[str, int],
    cleaned: Mapping[str, bool],
    entry: Entry,
    mien: str,
    sign: Sign,
) -> Receipt:
    """The signed receipt of a deletion that the audit log has as that entry; see `Receipt`."""
    salt = secrets.token_bytes(16) if name is not None else b""
    subject = _hashed(name, salt) if name is not None else ""
    receipt = Receipt(
        gallery,
        person,
        tuple(faces),
        dict(removed),
        dict(cleaned),
        stamp(entry.time),
        mien,
        entry.seq,
        entry.link,
        salt.hex(),
        subject,
    )
    return replace(receipt, signature=_signature(receipt, sign))


def verify(receipt: Receipt, facts: Facts, sign: Sign) -> list[Check]:
    """Whether the receipt is genuine and what it claims holds today: six checks, all of which are to be ok."""
    genuine = hmac.compare_digest(_signature(receipt, sign).encode(), receipt.signature.encode())
    same = receipt.gallery == facts.gallery
    left = {table: rows for table, rows in facts.remains.items() if rows}
    unclean = [place for place, done in receipt.cleaned.items() if not done]
    found = facts.entry is not None and (facts.entry.seq, facts.entry.link) == (receipt.entry, receipt.link)
    return [
        Check(
            "signature",
            genuine,
            "made by this gallery" if genuine else "not made by this gallery, or changed",
        ),
        Check("gallery", same, f"of {receipt.gallery}" + ("" if same else f", and this is {facts.gallery}")),
        Check("nothing left", not left, _listed(left) if left else f"no row in {len(facts.remains)} tables"),
        Check(
            "cleaned", not unclean, f"not yet: {', '.join(unclean)}" if unclean else _listed(receipt.cleaned)
        ),
        Check(
            "in the log", found, f"entry {receipt.entry}" + ("" if found else " is not there, or is another")
        ),
        Check("log whole", facts.broken is None, facts.broken.reason if facts.broken else "no break"),
    ]


def subject_matches(receipt: Receipt, name: str) -> bool:
    """Whether the receipt is about the person of that name, as it was when the person was forgotten."""
    return bool(receipt.subject) and _hashed(name, bytes.fromhex(receipt.salt)) == receipt.subject


def to_json(receipt: Receipt) -> str:
    """The receipt as text, for a file."""
    return json.dumps(asdict(receipt), indent=2) + "\n"


def read(path: Path) -> Receipt:
    """The receipt in a file, not yet verified; ReceiptInvalid where it is none."""
    try:
        with path.open("rb") as file:
            values = json.loads(file.read(LARGEST))
    except OSError as error:
        raise ReceiptInvalid(f"{path}: the receipt could not be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise ReceiptInvalid(
            f"{path}: not JSON; expected the receipt of a deletion, as Mien wrote it."
        ) from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ReceiptInvalid(f"{path}: JSON that is not a {FORMAT!r}; expected one, as Mien wrote it.")
    odd = sorted(values.keys() ^ KINDS.keys()) or [
        name for name, kind in KINDS.items() if not kind(values[name])
    ]
    if odd:
        raise ReceiptInvalid(
            f"{path}: {odd[0]!r} is not as in a receipt; it was changed after Mien wrote it."
        )
    return Receipt(**values | {"faces": tuple(values["faces"])})


def _signature(receipt: Receipt, sign: Sign) -> str:
    unsigned = asdict(replace(receipt, signature=""))
    return sign(b"mien 1 deletion receipt " + canonical(unsigned).encode()).hex()


def _hashed(name: str, salt: bytes) -> str:
    return hashlib.scrypt(clean_name(name).encode(), salt=salt, **SCRYPT).hex()


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {'yes' if value is True else value}" for name, value in values.items())


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _hexadecimal(digits: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(f"([0-9a-f]{{{digits}}})?", value))


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _mapping(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(kind, value.values()))


KINDS: dict[str, Callable[[Any], bool]] = {
    "gallery": _text,
    "person": lambda value: value is None or _whole(value),
    "faces": lambda value: isinstance(value, list) and all(map(_whole, value)),
    "removed": _mapping(_whole),
    "cleaned": _mapping(lambda value: isinstance(value, bool)),
    "time": _text,
    "mien": _text,
    "entry": _whole,
    "link": _hexadecimal(64),
    "salt": _hexadecimal(32),
    "subject": _hexadecimal(64),
    "format": _text,
    "signature": _hexadecimal(64),
}
