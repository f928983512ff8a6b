"""Receipts of deletions: genuine ones pass, and each thing that is wrong is named."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from mien.errors import ReceiptInvalid
from mien.gallery.protection import chain, receipt
from mien.gallery.protection.envelope import Sealed
from mien.gallery.protection.receipt import Facts

SIGN = Sealed(bytes(range(32))).sign
UUID = "0b3e62f4-31a9-4d0a-8ef4-6f4e0a0c2f11"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
ENTRY = chain.following(chain.origin(UUID, SIGN), NOON, "anna", "forget", {"person": 7, "faces": 3}, SIGN)
FACTS = Facts(UUID, {"people": 0, "faces": 0, "templates": 0}, ENTRY, None)


def make(**other):
    values = {
        "gallery": UUID,
        "person": 7,
        "name": "Zoë Müller",
        "faces": (11, 12, 15),
        "removed": {"faces": 3, "templates": 4, "crops": 3, "consents": 1},
        "cleaned": {"free pages": True, "write-ahead log": True},
        "entry": ENTRY,
        "mien": "0.1.0",
        "sign": SIGN,
    }
    return receipt.make(**(values | other))


MADE = make()


def failed(made, facts=FACTS, sign=SIGN):
    return [check.name for check in receipt.verify(made, facts, sign) if not check.ok]


def test_a_receipt_goes_to_a_file_and_back(tmp_path):
    path = tmp_path / "receipt.json"
    path.write_text(receipt.to_json(MADE), "utf-8")
    assert receipt.read(path) == MADE
    assert failed(receipt.read(path)) == []
    assert len(receipt.verify(MADE, FACTS, SIGN)) == 6


def test_it_says_what_was_done_and_not_to_whom():
    text = receipt.to_json(MADE)
    values = json.loads(text)
    assert values["faces"] == [11, 12, 15]
    assert values["removed"]["templates"] == 4
    assert values["time"] == "2025-03-01T12:00:00.000000+00:00"
    assert not any(part in text for part in ("Zo", "Mü", "M\\u00fc", "üller"))


def test_who_knows_the_name_can_check_it():
    assert receipt.subject_matches(MADE, "Zoë Müller")
    assert receipt.subject_matches(MADE, " Zoe\u0308 Mu\u0308ller ")  # the same name, typed in another way
    assert not receipt.subject_matches(MADE, "Zoe Müller")
    assert make().subject != MADE.subject  # two receipts do not show that they are about one name
    nameless = make(name=None, person=None)
    assert (nameless.salt, nameless.subject) == ("", "")
    assert not receipt.subject_matches(nameless, "Zoë Müller")
    assert failed(nameless) == []


OTHERS = {
    "gallery": "another",
    "person": 8,
    "faces": (11, 12),
    "removed": {"faces": 2},
    "cleaned": {},
    "time": "2025-03-02T12:00:00.000000+00:00",
    "mien": "9",
    "entry": 2,
    "link": "0" * 64,
    "salt": "0" * 32,
    "subject": "0" * 64,
    "signature": "0" * 64,
}


@pytest.mark.parametrize("field", OTHERS)
def test_every_changed_field_breaks_the_signature(field):
    assert "signature" in failed(replace(MADE, **{field: OTHERS[field]}))


def test_another_gallery_did_not_sign_it():
    assert failed(MADE, sign=Sealed(bytes(32)).sign) == ["signature"]
    assert failed(MADE, replace(FACTS, gallery="another")) == ["gallery"]


def test_what_is_left_is_named():
    facts = replace(FACTS, remains={"faces": 0, "templates": 2})
    assert failed(MADE, facts) == ["nothing left"]
    assert receipt.verify(MADE, facts, SIGN)[2].detail == "templates: 2"


def test_a_log_that_was_not_yet_cleaned_is_named():
    made = make(cleaned={"free pages": True, "write-ahead log": False})
    assert failed(made) == ["cleaned"]
    assert "write-ahead log" in receipt.verify(made, FACTS, SIGN)[3].detail


def test_the_log_must_have_it():
    other = chain.following(chain.origin(UUID, SIGN), NOON, "anna", "forget", {"person": 8}, SIGN)
    for entry in (None, other):
        assert failed(MADE, replace(FACTS, entry=entry)) == ["in the log"]
    broken = chain.Break(1, "missing", "Entry 1 is missing.")
    assert failed(MADE, replace(FACTS, broken=broken)) == ["log whole"]
    assert receipt.verify(MADE, replace(FACTS, broken=broken), SIGN)[5].detail == "Entry 1 is missing."


GOOD = json.loads(receipt.to_json(MADE))
FILES = {
    "nothing": "",
    "text": "Dear Grace,",
    "cut off": receipt.to_json(MADE)[:-20],
    "a list": "[1]",
    "other JSON": '{"format": "x"}',
    "too deep": "[" * 100_000,
    "a newer one": json.dumps(GOOD | {"format": "mien deletion receipt 2"}),
    "a field too many": json.dumps(GOOD | {"name": "Grace"}),
    "a field too few": json.dumps({k: v for k, v in GOOD.items() if k != "faces"}),
    "text for a number": json.dumps(GOOD | {"person": "7"}),
    "true for a number": json.dumps(GOOD | {"faces": [True]}),
    "a number for true": json.dumps(GOOD | {"cleaned": {"log": 1}}),
    "no hexadecimal": json.dumps(GOOD | {"salt": "zz"}),
    "no list": json.dumps(GOOD | {"faces": {}}),
}


@pytest.mark.parametrize("content", FILES)
def test_files_that_are_no_receipts(tmp_path, content):
    (tmp_path / "receipt.json").write_text(FILES[content])
    with pytest.raises(ReceiptInvalid, match=r"receipt\.json"):
        receipt.read(tmp_path / "receipt.json")


def test_no_file_and_bytes(tmp_path):
    with pytest.raises(ReceiptInvalid, match="No such file"):
        receipt.read(tmp_path / "none.json")
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReceiptInvalid, match="not JSON"):
        receipt.read(tmp_path / "x")


def test_the_signature_covers_exactly_the_rest():
    unsigned = asdict(MADE) | {"signature": ""}
    text = json.dumps(unsigned, sort_keys=True, separators=(",", ":"))
    assert MADE.signature == SIGN(b"mien 1 deletion receipt " + text.encode()).hex()
