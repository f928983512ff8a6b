"""`mien people`: list, show and name, on a gallery of real faces."""

import pytest


@pytest.fixture
def enrolled(mien, photos):
    """The gallery with two people, one of whom has a name full of traps."""
    assert mien("enroll", "Grace Hopper", photos / "grace.jpg").exit_code == 0
    assert mien("enroll", "[red]Ειλίν 👩🏽‍🚀[/red]", photos / "eileen.png").exit_code == 0
    return mien


def test_an_empty_or_missing_gallery_says_how_to_enrol(mien, tmp_path):
    result = mien("people", "list")
    assert result.exit_code == 0
    assert "mien enroll NAME" in result.stdout
    assert not (tmp_path / "test.mien").exists(), "listing made a gallery"


def test_list_keeps_names_as_they_are(enrolled):
    lines = enrolled("people", "list").stdout.splitlines()
    assert any(line.startswith("Grace Hopper") for line in lines)
    assert any(line.startswith("[red]Ειλίν 👩🏽‍🚀[/red]") for line in lines)


def test_show_tells_what_is_enrolled(enrolled, photos):
    result = enrolled("people", "show", "Grace Hopper")
    assert result.exit_code == 0
    assert str(photos / "grace.jpg") in result.stdout
    assert "sface" in result.stdout


def test_rename(enrolled):
    result = enrolled("people", "name", "Grace Hopper", "Amazing Grace")
    assert (result.exit_code, result.stdout) == (0, "Grace Hopper is now called Amazing Grace.\n")
    assert "Amazing Grace" in enrolled("people", "list").stdout
    assert enrolled("people", "show", "Grace Hopper").exit_code == 2


def test_rename_to_a_name_that_is_taken(enrolled):
    result = enrolled("people", "name", "Grace Hopper", "[red]Ειλίν 👩🏽‍🚀[/red]")
    assert result.exit_code == 2
    assert "[red]Ειλίν" in result.stderr


def test_nobody_of_that_name(enrolled):
    for command in (["show", "Bob"], ["name", "Bob", "Rob"], ["split", "Bob", "1"], ["reject", "Bob", "1"]):
        result = enrolled("people", *command)
        assert result.exit_code == 2
        assert "Bob" in result.stderr


def test_merge_and_undo(enrolled):
    result = enrolled("people", "merge", "Grace Hopper", "[red]Ειλίν 👩🏽‍🚀[/red]")
    assert (result.exit_code, "now has 2 faces" in result.stdout) == (0, True)
    assert "Ειλίν" not in enrolled("people", "list").stdout
    assert enrolled("people", "undo").exit_code == 0
    assert "[red]Ειλίν 👩🏽‍🚀[/red]" in enrolled("people", "list").stdout
    history = enrolled("people", "history").stdout
    assert "undo merge 1" in history
    assert "undone" in history


def test_a_rejected_photograph_is_no_match_any_more(enrolled, photos):
    assert enrolled("people", "reject", "Grace Hopper", "1").exit_code == 0
    assert "Grace Hopper" not in enrolled("identify", photos / "grace.jpg").stdout
    assert enrolled("people", "undo").exit_code == 0
    assert "Grace Hopper" in enrolled("identify", photos / "grace.jpg").stdout


def test_consent_is_noted_shown_and_withdrawn(enrolled):
    given = enrolled(
        "people",
        "consent",
        "Grace Hopper",
        "--version",
        "v2",
        "--proof",
        "forms/7.pdf",
        "--expires",
        "2099-12-31",
    )
    assert given.exit_code == 0
    shown = enrolled("people", "show", "Grace Hopper").stdout
    assert "v2" in shown
    assert "forms/7.pdf" in shown
    assert enrolled("people", "withdraw", "Grace Hopper").exit_code == 0
    after = enrolled("people", "show", "Grace Hopper")
    assert "withdrawn" in after.stdout, "under another basis than consent nobody is forgotten by withdrawing"
