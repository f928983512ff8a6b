"""`mien gallery`: made with a charter, sealed, checked, swept, its log verified."""

import json
import os
import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import pytest

from mien.cli.galleries import open_store

CHARTER = ("--purpose", "the entrance", "--legal-basis", "contract", "--retention", "180d")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "test.mien"


def test_a_gallery_has_a_purpose_a_basis_and_a_retention(mien, file):
    made = mien("gallery", "create", *CHARTER)
    assert (made.exit_code, "kept for 180 days" in made.stdout) == (0, True)
    told = mien("gallery", "info").stdout
    for said in ("the entrance", "contract", "for 180 days", "sealed       no"):
        assert said in told
    again = mien("gallery", "create", *CHARTER)
    assert (again.exit_code, "something already" in again.stderr) == (2, True)


@pytest.mark.parametrize("missing", ["--purpose", "--legal-basis", "--retention"])
def test_none_of_the_three_can_be_left_out(mien, file, missing):
    at = CHARTER.index(missing)
    result = mien("gallery", "create", *CHARTER[:at], *CHARTER[at + 2 :])
    assert (result.exit_code, file.exists()) == (2, False)


@pytest.mark.parametrize("retention", ["180", "0d", "soon", "-3d"])
def test_a_retention_that_is_no_time_is_refused(mien, file, retention):
    result = mien("gallery", "create", *CHARTER[:4], f"--retention={retention}")
    assert (result.exit_code, "30d, 26w" in result.stderr, file.exists()) == (2, True, False)


def test_where_consent_is_the_basis_nobody_is_enrolled_without_one(mien, photos):
    mien("gallery", "create", "--purpose", "door", "--legal-basis", "consent", "--retention", "none")
    refused = mien("enroll", "Grace", photos / "grace.jpg")
    assert (refused.exit_code, "mien people consent" in refused.stderr) == (2, True)
    mien("people", "consent", "Grace", "--version", "1", "--proof", "paper 7")
    assert mien("enroll", "Grace", photos / "grace.jpg").exit_code == 0
    withdrawn = mien("people", "withdraw", "Grace")
    assert "1 person forgotten" in withdrawn.stdout
    assert "Nobody is enrolled" in mien("people", "list").stdout


def test_what_is_kept_too_long_is_swept_with_a_receipt(mien, photos, file, tmp_path):
    mien("gallery", "create", *CHARTER)
    mien("enroll", "Grace", photos / "grace.jpg")
    assert "0 faces and 0 people removed" in mien("gallery", "sweep").stdout
    long_ago = (datetime.now(UTC) - timedelta(days=181)).timestamp()
    db = sqlite3.connect(file)
    db.execute("UPDATE faces SET enrolled = ?", (long_ago,))
    db.commit()
    db.close()
    swept = mien("gallery", "sweep", "--receipts", tmp_path)
    assert "1 face and 1 person removed" in swept.stdout
    receipts = list(tmp_path.glob("receipt-*.json"))
    assert mien("gallery", "verify-deletion", receipts[0]).exit_code == 0


def test_a_face_that_is_kept_too_long_matches_nobody_even_unswept(mien, photos, file):
    mien("gallery", "create", *CHARTER)
    mien("enroll", "Grace", photos / "grace.jpg")
    db = sqlite3.connect(file)
    db.execute("UPDATE faces SET enrolled = 0")
    db.commit()
    db.close()
    assert "Grace" not in mien("identify", photos / "grace.jpg").stdout


def test_a_sealed_gallery_needs_its_key(mien, photos, file, tmp_path, monkeypatch):
    key = tmp_path / "the.key"
    made = mien("gallery", "create", *CHARTER, "--new-key", f"file:{key}")
    assert made.exit_code == 0
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 or os.name != "posix"
    locked = mien("enroll", "Grace", photos / "grace.jpg")
    assert (locked.exit_code, "MIEN_KEY" in locked.stderr) == (2, True)
    monkeypatch.setenv("MIEN_KEY", f"file:{key}")
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    assert "Grace Hopper" in mien("identify", photos / "grace.jpg").stdout
    assert all(b"Grace" not in path.read_bytes() for path in tmp_path.glob("test.mien*"))
    assert mien("gallery", "check").exit_code == 0


def test_a_wrong_key_is_named_and_a_new_one_can_be_set(mien, photos, tmp_path, monkeypatch):
    old, new = f"file:{tmp_path / 'old.key'}", f"file:{tmp_path / 'new.key'}"
    mien("gallery", "create", *CHARTER, "--new-key", old)
    monkeypatch.setenv("MIEN_KEY", old)
    mien("enroll", "Grace", photos / "grace.jpg")
    assert mien("gallery", "rekey", "--new-key", new).exit_code == 0
    wrong = mien("people", "list")
    assert (wrong.exit_code, "is sealed with the key" in wrong.stderr) == (2, True)
    monkeypatch.setenv("MIEN_KEY", new)
    assert "Grace" in mien("people", "list").stdout


def test_every_search_is_in_the_log_and_a_change_to_it_is_named(mien, photos, file, tmp_path):
    mien("enroll", "Grace Hopper", photos / "grace.jpg")
    mien("identify", photos / "eileen.png", photos / "grace.jpg", "--case", "case 7", "--workers", "1")
    result = mien("gallery", "log", "--json", tmp_path / "log.json")
    assert result.exit_code == 0
    entries = json.loads((tmp_path / "log.json").read_text())["entries"]
    assert [entry["action"] for entry in entries] == ["create", "enroll", "identify", "identify"]
    assert entries[3]["detail"]["case"] == "case 7"
    assert entries[3]["detail"]["candidates"] == [1]
    assert "Grace" not in json.dumps(entries), "the log holds no names"
    db = sqlite3.connect(file)
    db.execute("UPDATE audit SET actor = 'somebody else' WHERE seq = 3")
    db.commit()
    db.close()
    broken = mien("gallery", "log")
    assert (broken.exit_code, "Entry 3 does not fit" in broken.stdout) == (1, True)
    assert mien("gallery", "check").exit_code == 1


def test_a_reason_that_is_too_long_for_the_log_is_an_error_before_any_search(mien, photos):
    mien("enroll", "Grace", photos / "grace.jpg")
    result = mien("identify", photos / "grace.jpg", "--case", "x" * 300)
    assert (result.exit_code, "'case' of a log entry has 300 characters" in result.stderr) == (2, True)
    assert "identify" not in mien("gallery", "log").stdout


def test_a_gallery_that_is_not_there(mien):
    for command in ("info", "check", "sweep", "log"):
        result = mien("gallery", command)
        assert (result.exit_code, "There is no gallery" in result.stderr) == (2, True)


def test_a_file_needs_no_index(mien, photos):
    mien("enroll", "Grace", photos / "grace.jpg")
    result = mien("gallery", "index")
    assert (result.exit_code, "needs no index" in result.stderr) == (2, True)


def test_check_says_what_is_wrong(mien, photos, file):
    mien("enroll", "Grace", photos / "grace.jpg")
    assert mien("gallery", "check").exit_code == 0
    db = sqlite3.connect(file)
    db.execute("DELETE FROM templates")
    db.commit()
    db.close()
    result = mien("gallery", "check")
    assert (result.exit_code, "face 1 has no template" in result.stdout) == (1, True)
    with open_store(str(file)) as store:
        assert len(store.problems()) >= 1
