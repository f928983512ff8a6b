"""Folders and tables: what they mean, and what is wrong with them in words that name the place."""

import numpy as np
import pytest

from mien.audit import people_in, read_pairs, read_slices
from mien.audit.collect import File, Look, duplicates
from mien.errors import AuditError, TableInvalid


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for name in "abcdef":
        (folder / f"{name}.jpg").write_bytes(b"")
    return folder


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "pairs.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_photographs_that_pairs_join_are_one_persons(images, table):
    source = read_pairs(table("a,b,same\na.jpg,b.jpg,1\nb.jpg,c.jpg,yes\nd.jpg,a.jpg,0\n"), images)
    assert [file.name for file in source.files] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert source.person[0] == source.person[1] == source.person[2] != source.person[3]
    assert source.same.tolist() == [True, True, False]
    assert not source.named
    assert source.columns == {}


def test_names_and_other_columns_are_read_through_a_byte_order_mark(images, table):
    text = "\ufeffa,b,same,person_a,person_b,light\na.jpg,b.jpg,1,Grace,Grace,day\na.jpg,c.jpg,0,Grace,Ada,night\n"
    source = read_pairs(table(text), images)
    assert source.named
    assert [file.person for file in source.files] == ["Grace", "Grace", "Ada"]
    assert source.columns["light"].tolist() == ["day", "night"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no column 'a'; found an empty file"),
        ("a,b\nx,y\n", "has no column 'same'; found a, b"),
        ("a,b,same\n", "no lines below"),
        ("a,b,same\na.jpg,b.jpg,maybe\n", "line 2: same is 'maybe'"),
        ("a,b,same\na.jpg,b.jpg\n", "line 2: has 2 values"),
        ('a,b,same\n"a.jpg,b.jpg,1\n', "is no CSV"),
        (
            "a,b,same\na.jpg,nope.jpg,1\nb.jpg,none.jpg,0\n",
            "2 of 4 photographs are not in .*nope.jpg, none.jpg",
        ),
        ("a,b,same\na.jpg,b.jpg,1\nb.jpg,a.jpg,0\n", "line 3: same is 0, but other lines"),
        ("a,b,same,person_a,person_b\na.jpg,b.jpg,1,A,B\n", "line 2: same is 1"),
        (
            "a,b,same,person_a,person_b\na.jpg,b.jpg,1,A,A\na.jpg,c.jpg,0,B,C\n",
            "line 3: a.jpg is of 'B' here",
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_said(images, table, text, told):
    with pytest.raises(TableInvalid, match=told):
        read_pairs(table(text), images)


def test_a_table_that_is_not_there_or_no_text(images, table, tmp_path):
    with pytest.raises(TableInvalid, match=r"nothing\.csv: cannot be read"):
        read_pairs(tmp_path / "nothing.csv", images)
    with pytest.raises(TableInvalid, match="not UTF-8"):
        read_pairs(table("a,b,same\né,b,1\n", "latin-1"), images)


def test_a_folder_of_people(album):
    source = people_in(album)
    assert sorted({file.person for file in source.files}) == ["Eileen Collins", "Grace Hopper"]
    assert len(source.files) == 8  # the torn file is one to count as a failure
    assert source.left_out == 1  # notes.txt
    assert source.files[0].name == "Eileen Collins/0.png"


def test_one_person_is_not_enough_and_a_file_is_no_folder(album):
    with pytest.raises(AuditError, match="0 people; expected"):
        people_in(album / "Grace Hopper")
    with pytest.raises(AuditError, match="is no folder"):
        people_in(album / "notes.txt")


def test_slices_by_person_and_by_file(tmp_path, album):
    files = people_in(album).files
    table = tmp_path / "who.csv"
    table.write_text("person,age\nGrace Hopper,70\n", "utf-8")
    columns, tables = read_slices(table, files)
    assert columns["age"].tolist() == ["70" if file.person == "Grace Hopper" else "" for file in files]
    assert len(tables["who.csv"]) == 64
    table.write_text("file,light\nGrace Hopper/1.png,day\n", "utf-8")
    assert read_slices(table, files)[0]["light"].tolist().count("day") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,age\nGrace,70\n", "no column 'person' or 'file'"),
        ("person,age\nSomebody,70\n", "says nothing of any photograph"),
        ("person\nGrace Hopper\n", "only the column 'person'"),
    ],
)
def test_a_table_of_slices_that_says_nothing(tmp_path, album, text, told):
    table = tmp_path / "who.csv"
    table.write_text(text, "utf-8")
    with pytest.raises(TableInvalid, match=told):
        read_slices(table, people_in(album).files)


def test_copies_are_left_out_and_all_of_those_under_two_people(tmp_path):
    def look(name, person, sha256):
        return Look(File(tmp_path / name, name, person), "", sha256, 0.0)

    looks = [
        look("1", "A", "x"),
        look("2", "A", "x"),
        look("3", "A", "y"),
        look("4", "B", "y"),
        look("5", "B", ""),
    ]
    out, found = duplicates(looks)
    assert np.flatnonzero(out).tolist() == [1, 2, 3]
    assert [(one.files, one.shared) for one in found] == [(("1", "2"), False), (("3", "4"), True)]
