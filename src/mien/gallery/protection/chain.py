"""The audit log: who did what when, each entry bound to all before it, so that a change to the past shows.

    link of an entry = sign(link of the entry before it, the entry's own contents as canonical JSON)

`verify` names the first entry that was changed, removed, put elsewhere or cut off. What no chain can show:
that something was done and never written down; and a forgery by whoever holds the signing key, which in a
gallery without a key of the user's means whoever can write its file. A log that was cut off together with the
record of where it ends looks whole: compare with a `Head` that was kept somewhere else, such as in a receipt.

An entry tells of people by their ids. It holds no names, vectors or pictures, so that it can stay when they go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from mien.errors import ArgumentError

Scalar: TypeAlias = str | int | float | bool | None
Detail: TypeAlias = Mapping[str, Scalar | Sequence[Scalar]]
Sign: TypeAlias = Callable[[bytes], bytes]

LONGEST_TEXT = 160  # characters: a digest, an identifier or a reason, but no template of 128 bytes in base64
LONGEST_LIST = 32  # items: the candidates of a search, but no template
LARGEST_DETAIL = 4096  # bytes


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    seq: from 1, without gaps. time: when it was written, with a time zone. actor: who did it.
    action: what was done. detail: what else is to be known of it, as JSON. link: 64 hexadecimal digits.
    """

    seq: int
    time: datetime
    actor: str
    action: str
    detail: Detail
    link: str


@dataclass(frozen=True)
class Head:
    """A place in the log: the number and the link of an entry; 0 and the gallery's origin before the first."""

    seq: int
    link: str


@dataclass(frozen=True)
class Break:
    """The first entry that is not as it was written; what is one of changed, missing, moved, cut off."""

    seq: int
    what: str
    reason: str


def origin(gallery: str, sign: Sign) -> Head:
    """Where the log of the gallery of that uuid begins."""
    return Head(0, sign(b"mien 1 log of " + gallery.encode()).hex())


def following(head: Head, time: datetime, actor: str, action: str, detail: Detail, sign: Sign) -> Entry:
    """The entry to write after the head; ArgumentError where the detail is more than a log may hold."""
    if time.tzinfo is None:
        raise ArgumentError(f"The time {time.isoformat()} of a log entry has no time zone; expected one.")
    for name, text in (("actor", actor), ("action", action)):
        if not 0 < len(text) <= LONGEST_TEXT:
            raise ArgumentError(
                f"The {name} of a log entry has {len(text)} characters; expected 1 to {LONGEST_TEXT}."
            )
    check(detail)
    seq = head.seq + 1
    return Entry(seq, time, actor, action, detail, link(head.link, seq, time, actor, action, detail, sign))


def link(previous: str, seq: int, time: datetime, actor: str, action: str, detail: Detail, sign: Sign) -> str:
    """What binds these contents of an entry to the link before it."""
    contents = [previous, seq, stamp(time), actor, action, detail]
    return sign(b"mien 1 log entry " + canonical(contents).encode()).hex()


def verify(entries: Iterable[Entry], sign: Sign, start: Head, end: Head | None = None) -> Break | None:
    """The first break in the entries after a start, or None where there is none.

    entries: in the order in which they are kept, which is to be that of their numbers. start: the gallery's
    `origin`, or the last entry before those that were deleted at the end of their retention.
    end: the last entry, as it was recorded apart from the log; without it a log that was cut off looks whole.
    """
    head = start
    rest = iter(entries)
    for entry in rest:
        if entry.seq != head.seq + 1:
            return _out_of_order(entry, head.seq + 1, rest)
        found = link(head.link, entry.seq, entry.time, entry.actor, entry.action, entry.detail, sign)
        if found != entry.link:
            return Break(
                entry.seq,
                "changed",
                f"Entry {entry.seq} does not fit its link: it was changed, or others before it were removed.",
            )
        head = Head(entry.seq, entry.link)
        if end is not None and head.seq == end.seq and head.link != end.link:
            return Break(head.seq, "changed", f"Entry {head.seq} is not the one that was recorded apart.")
    if end is not None and head.seq < end.seq:
        reason = f"The log ends with entry {head.seq}; {end.seq} were recorded. The last were cut off."
        return Break(head.seq + 1, "cut off", reason)
    return None


def check(detail: Detail) -> None:
    """ArgumentError where a detail holds what a log must not: bytes, arrays, long texts or lists, NaN."""
    for name, value in detail.items():
        items = value if isinstance(value, list | tuple) else [value]
        if len(items) > LONGEST_LIST:
            raise ArgumentError(
                f"The detail {name!r} of a log entry has {len(items)} items; expected at most {LONGEST_LIST}. "
                "A log holds no vectors; give a count or a digest instead."
            )
        for item in items:
            _check_item(name, item)
    if (size := len(canonical(detail))) > LARGEST_DETAIL:
        raise ArgumentError(
            f"The details of a log entry take {size} bytes; expected at most {LARGEST_DETAIL}."
        )


def canonical(value: Any) -> str:
    """The one way of writing a value as JSON: sorted keys, no spaces, ASCII. Store details in this form.

    A column type that rewrites numbers, such as PostgreSQL's jsonb, would break the links; text does not.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def stamp(time: datetime) -> str:
    """A time in the form in which it is signed: UTC, to the microsecond."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _check_item(name: str, item: object) -> None:
    if item is not None and not isinstance(item, str | int | float):
        raise ArgumentError(
            f"The detail {name!r} of a log entry holds {type(item).__name__}; expected text, numbers, true, "
            "false or null, or a list of them. A log holds no vectors and no pictures."
        )
    if isinstance(item, str) and len(item) > LONGEST_TEXT:
        raise ArgumentError(
            f"The detail {name!r} of a log entry has {len(item)} characters; expected at most {LONGEST_TEXT}."
        )
    if isinstance(item, float) and item - item != 0:
        raise ArgumentError(f"The detail {name!r} of a log entry is {item}; expected a finite number.")


def _out_of_order(entry: Entry, expected: int, rest: Iterable[Entry]) -> Break:
    if entry.seq < expected:
        return Break(entry.seq, "moved", f"Entry {entry.seq} comes again or too late, after {expected - 1}.")
    if any(later.seq == expected for later in rest):
        return Break(expected, "moved", f"Entry {expected} comes too late, after {entry.seq}.")
    return Break(expected, "missing", f"Entry {expected} is missing: {entry.seq} follows {expected - 1}.")
