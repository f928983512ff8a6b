"""`mien forget`: asks, removes all there is of a person, and writes a receipt that holds."""

import json

import pytest

from mien.cli.galleries import open_store


@pytest.fixture
def enrolled(mien, photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    assert mien("enroll", "Eileen Collins", photos / "eileen.png").exit_code == 0
    return mien


def test_no_means_no(enrolled, tmp_path):
    result = enrolled("forget", "Grace Hopper", input="n\n")
    assert result.exit_code == 1
    assert "1 face from" in result.stdout
    assert "Nothing was removed." in result.stdout
    assert enrolled("forget", "Grace Hopper", input="").exit_code == 1
    assert "Grace Hopper" in enrolled("people", "list").stdout
    assert not (tmp_path / "receipt.json").exists()


def test_yes_removes_and_the_receipt_holds(enrolled, tmp_path):
    result = enrolled("forget", "Grace Hopper", input="y\n")
    assert result.exit_code == 0
    assert "Forgot Grace Hopper: 1 face and 2 templates removed. Receipt: receipt.json" in result.stdout
    with open_store(str(tmp_path / "test.mien")) as store:
        assert [person.name for person in store.people()] == ["Eileen Collins"]
    assert "Grace" not in (tmp_path / "receipt.json").read_text()
    verified = enrolled("gallery", "verify-deletion", "receipt.json", "--name", "Grace Hopper")
    assert (verified.exit_code, verified.stdout.count("ok ")) == (0, 7)
    other = enrolled("gallery", "verify-deletion", "receipt.json", "--name", "Eileen Collins")
    assert (other.exit_code, other.stdout.count("FAILED")) == (1, 1)


def test_a_changed_receipt_and_that_of_another_gallery_fail(enrolled, tmp_path, monkeypatch, photos):
    enrolled("forget", "Grace Hopper", "--yes")
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    (tmp_path / "changed.json").write_text(json.dumps(receipt | {"faces": [7]}))
    changed = enrolled("gallery", "verify-deletion", "changed.json")
    assert (changed.exit_code, "FAILED  signature" in changed.stdout) == (1, True)
    monkeypatch.setenv("MIEN_GALLERY", str(tmp_path / "other.mien"))
    enrolled("enroll", "Ada", photos / "eileen.png")
    other = enrolled("gallery", "verify-deletion", "receipt.json")
    assert (other.exit_code, "FAILED  gallery" in other.stdout) == (1, True)
    assert enrolled("gallery", "verify-deletion", "no.json").exit_code == 2


def test_receipts_do_not_overwrite_each_other(enrolled, tmp_path):
    assert enrolled("forget", "Grace Hopper", "--yes").exit_code == 0
    assert enrolled("forget", "Eileen Collins", "--yes").exit_code == 0
    assert (tmp_path / "receipt-2.json").exists()


def test_nobody_is_forgotten_where_the_receipt_cannot_be_written(enrolled):
    result = enrolled("forget", "Grace Hopper", "--yes", "--receipt", "no/such/folder/receipt.json")
    assert result.exit_code == 2
    assert "Grace Hopper" in enrolled("people", "list").stdout


def test_faces_of_nobody_that_look_like_the_person_are_told_of_and_can_go_too(enrolled, photos):
    enrolled("index", photos / "grace.jpg", "--workers", "1")
    told = enrolled("forget", "Grace Hopper", "--yes")
    assert "1 face of nobody may be the same person" in told.stderr
    enrolled("enroll", "Grace Hopper", photos / "grace.jpg")
    assert "2 faces and" in enrolled("forget", "Grace Hopper", "--yes", "--also-alike").stdout
    assert "1 face" in enrolled("gallery", "check").stdout, "only Eileen's is left"


def test_nobody_of_that_name(enrolled):
    result = enrolled("forget", "Bob", "--yes")
    assert result.exit_code == 2
    assert "Bob" in result.stderr
