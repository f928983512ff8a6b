"""`mien people`: list, show, rename and forget, on a gallery of real faces."""

import pytest

from mien.cli.galleries import open_store


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
    result = enrolled("people", "rename", "Grace Hopper", "Amazing Grace")
    assert (result.exit_code, result.stdout) == (0, "Grace Hopper is now called Amazing Grace.\n")
    assert "Amazing Grace" in enrolled("people", "list").stdout
    assert enrolled("people", "show", "Grace Hopper").exit_code == 2


def test_rename_to_a_name_that_is_taken(enrolled):
    result = enrolled("people", "rename", "Grace Hopper", "[red]Ειλίν 👩🏽‍🚀[/red]")
    assert result.exit_code == 2
    assert "[red]Ειλίν" in result.stderr


def test_forget_asks_and_no_means_no(enrolled):
    result = enrolled("people", "forget", "Grace Hopper", input="n\n")
    assert result.exit_code == 1
    assert "1 face from" in result.stdout
    assert "Nothing was removed." in result.stdout
    assert "Grace Hopper" in enrolled("people", "list").stdout


def test_forget_removes_and_says_what(enrolled, tmp_path):
    result = enrolled("people", "forget", "Grace Hopper", input="y\n")
    assert result.exit_code == 0
    assert "Forgot Grace Hopper: 1 face and 2 templates removed." in result.stdout
    with open_store(tmp_path / "test.mien") as store:
        assert [person.name for person in store.people()] == ["[red]Ειλίν 👩🏽‍🚀[/red]"]


def test_forget_yes_does_not_ask(enrolled):
    result = enrolled("people", "forget", "Grace Hopper", "--yes")
    assert result.exit_code == 0
    assert "?" not in result.stdout


def test_forget_without_an_answer_removes_nothing(enrolled):
    assert enrolled("people", "forget", "Grace Hopper", input="").exit_code == 1
    assert "Grace Hopper" in enrolled("people", "list").stdout


def test_nobody_of_that_name(enrolled):
    for command in (["show", "Bob"], ["rename", "Bob", "Rob"], ["forget", "Bob", "--yes"]):
        result = enrolled("people", *command)
        assert result.exit_code == 2
        assert "'Bob'" in result.stderr


def test_a_gallery_that_is_none(enrolled, photos):
    result = enrolled("people", "list", "--gallery", photos / "cat.png")
    assert result.exit_code == 2
    assert "not a gallery" in result.stderr
