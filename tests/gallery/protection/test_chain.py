"""The audit log: whatever is done to the past shows, and where."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import ArgumentError
from mien.gallery.protection import chain
from mien.gallery.protection.chain import Entry, Head
from mien.gallery.protection.envelope import Plain, Sealed

SIGN = Sealed(bytes(range(32))).sign
UUID = "0b3e62f4-31a9-4d0a-8ef4-6f4e0a0c2f11"
START = chain.origin(UUID, SIGN)
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
details = st.dictionaries(st.text(max_size=10), scalars | st.lists(scalars, max_size=5), max_size=5)


def log(n, sign=SIGN, start=START):
    entries, head = [], start
    for i in range(n):
        entry = chain.following(
            head, NOON + timedelta(minutes=i), "anna", "search", {"people": [i, i + 1]}, sign
        )
        entries.append(entry)
        head = Head(entry.seq, entry.link)
    return entries, head


ENTRIES, END = log(10)


def broken(entries, end=END, start=START, sign=SIGN):
    found = chain.verify(entries, sign, start, end)
    return found and (found.seq, found.what)


def test_an_untouched_log_is_whole():
    assert [entry.seq for entry in ENTRIES] == list(range(1, 11))
    assert broken(ENTRIES) is None
    assert broken(iter(ENTRIES)) is None
    assert broken([], START) is None


@given(st.lists(details, min_size=1, max_size=5))
def test_any_detail_survives_being_stored(detail_list):
    """Details go to a store and back as canonical JSON, times with another zone."""
    head, kept = START, []
    for detail in detail_list:
        entry = chain.following(head, NOON, "anna", "note", detail, SIGN)
        head = Head(entry.seq, entry.link)
        back = json.loads(chain.canonical(entry.detail))
        kept.append(
            replace(entry, detail=back, time=NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))
        )
    assert broken(kept, head) is None


CHANGES = {
    "time": NOON + timedelta(days=1),
    "actor": "berta",
    "action": "enrol",
    "detail": {"people": [4, 6]},
    "link": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("place", [0, 4, 9])
def test_a_change_is_named(field, place):
    changed = list(ENTRIES)
    changed[place] = replace(changed[place], **{field: CHANGES[field]})
    assert broken(changed) == (place + 1, "changed")
    assert str(place + 1) in chain.verify(changed, SIGN, START, END).reason


def test_a_microsecond_is_a_change():
    changed = [replace(ENTRIES[0], time=NOON + timedelta(microseconds=1)), *ENTRIES[1:]]
    assert broken(changed) == (1, "changed")


@pytest.mark.parametrize("value", [float("nan"), "\ud800", [[1]], {"a": None}, 10**30])
def test_what_somebody_wrote_into_the_table_is_named_whatever_it_is(value):
    changed = [replace(ENTRIES[0], detail={"people": value}), *ENTRIES[1:]]
    assert broken(changed) == (1, "changed")
    assert broken([replace(ENTRIES[0], link="ü")]) == (1, "changed")


@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_removal_is_named(place):
    assert broken(ENTRIES[:place] + ENTRIES[place + 1 :]) == (place + 1, "missing")


@pytest.mark.parametrize("left", [0, 1, 9])
def test_what_is_cut_off_is_named_where_the_end_is_known(left):
    assert broken(ENTRIES[:left]) == (left + 1, "cut off")
    assert broken(ENTRIES[:left], end=None) is None  # and that is all that a chain can do without


def test_entries_in_another_order_are_named():
    swapped = [*ENTRIES[:3], ENTRIES[4], ENTRIES[3], *ENTRIES[5:]]
    assert broken(swapped) == (4, "moved")
    assert broken([*ENTRIES[:5], ENTRIES[2], *ENTRIES[5:]]) == (3, "moved")


def test_removing_and_numbering_again_is_a_change():
    numbered = ENTRIES[:4] + [replace(entry, seq=entry.seq - 1) for entry in ENTRIES[5:]]
    assert broken(numbered) == (5, "changed")


def test_a_log_written_anew_is_told_by_its_end():
    """Somebody with the signing key can write another past, but not one that ends as was recorded elsewhere."""
    forged, end = log(10)[0][:-1], END
    head = Head(forged[-1].seq, forged[-1].link)
    forged.append(chain.following(head, NOON, "anna", "nothing", {}, SIGN))
    assert broken(forged, end) == (10, "changed")
    assert broken(forged, end=None) is None
    longer = [*forged, chain.following(Head(10, forged[-1].link), NOON, "anna", "more", {}, SIGN)]
    assert broken(longer, end) == (10, "changed")


def test_a_log_that_went_on_since_the_end_was_recorded():
    assert broken(ENTRIES, end=Head(4, ENTRIES[3].link)) is None


def test_a_log_whose_beginning_was_deleted_at_the_end_of_its_retention():
    start = Head(6, ENTRIES[5].link)
    assert broken(ENTRIES[6:], start=start) is None
    assert broken(ENTRIES[7:], start=start) == (7, "missing")


def test_logs_of_other_galleries_and_keys_do_not_pass():
    assert broken(ENTRIES, start=chain.origin("another", SIGN)) == (1, "changed")
    assert broken(ENTRIES, sign=Plain(bytes(range(32))).sign) is None  # one secret, one signature
    assert broken(ENTRIES, sign=Sealed(bytes(32)).sign) == (1, "changed")


REFUSED = {
    "an array": np.zeros(3),
    "a number of numpy's": np.float32(0.5),
    "bytes": b"\xff\xd8\xff",
    "a list within a list": [[1.0]],
    "a mapping": {"a": 1},
    "a template as a list": [0.1] * 128,
    "an int8 template in base64": "A" * 172,
    "not a number": float("nan"),
    "infinity in a list": [1.0, float("inf")],
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_log_must_not_hold(what):
    with pytest.raises(ArgumentError, match="'probe'"):
        chain.following(START, NOON, "anna", "search", {"probe": REFUSED[what]}, SIGN)


def test_other_entries_that_are_refused():
    with pytest.raises(ArgumentError, match="no time zone"):
        chain.following(START, datetime(2025, 3, 1), "anna", "search", {}, SIGN)
    with pytest.raises(ArgumentError, match="actor"):
        chain.following(START, NOON, "", "search", {}, SIGN)
    with pytest.raises(ArgumentError, match="action"):
        chain.following(START, NOON, "anna", "s" * 161, {}, SIGN)
    with pytest.raises(ArgumentError, match="bytes; expected at most 4096"):
        chain.following(START, NOON, "anna", "search", {str(i): "x" * 100 for i in range(50)}, SIGN)


def test_a_link_is_made_as_it_is_documented():
    """So that somebody else can write a verifier: HMAC-SHA256 over the JSON of the fields, in this order."""
    entry = ENTRIES[1]
    text = (
        f'mien 1 log entry ["{ENTRIES[0].link}",2,"2025-03-01T12:01:00.000000+00:00","anna","search",'
        '{"people":[1,2]}]'
    )
    assert entry == Entry(
        2, NOON + timedelta(minutes=1), "anna", "search", {"people": [1, 2]}, SIGN(text.encode()).hex()
    )
