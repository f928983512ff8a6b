"""`mien cluster`: groups of a folder of photographs, a sheet, and names that are filled in and kept."""

import csv

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def holiday(tmp_path_factory, grace, astronaut, cat):
    """Three photographs each of two people who are not enrolled, and a cat."""
    folder = tmp_path_factory.mktemp("holiday")
    for name, image in {"a": grace, "b": astronaut}.items():
        darker = (image * 0.7).astype(np.uint8)
        for i, one in enumerate([image, image[:, ::-1], darker[10:, 10:]]):
            Image.fromarray(np.ascontiguousarray(one)).save(folder / f"{name}{i}.png")
    Image.fromarray(cat).save(folder / "cat.png")
    return folder


@pytest.fixture
def clustered(mien, holiday, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = mien("cluster", holiday, "--workers", "1")
    assert result.exit_code == 0, result.output
    return mien, result.stdout


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_two_people_are_two_groups_on_a_sheet(clustered, tmp_path):
    _, said = clustered
    assert "2 groups on groups.jpg" in said
    with Image.open(tmp_path / "groups.jpg") as sheet:
        pixels = np.asarray(sheet.convert("RGB"))
    assert pixels.shape[0] > 2 * 112
    assert (pixels.std(axis=2) > 10).mean() > 0.1, "there are coloured pictures on the sheet"
    assert [row["faces"] for row in rows(tmp_path / "groups.csv")] == ["3", "3"]


def test_names_that_are_filled_in_make_people_who_are_recognised(clustered, tmp_path, photos):
    mien, _ = clustered
    table = rows(tmp_path / "groups.csv")
    for row in table:
        row["name"] = "Grace" if "/a" in row["example"] else "Eileen"
    with (tmp_path / "groups.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, table[0].keys())
        writer.writeheader()
        writer.writerows(table)
    assert mien("people", "name", "--from", "groups.csv").exit_code == 0
    assert "Grace" in mien("identify", photos / "grace.jpg").stdout
    again = mien("cluster", "--again")
    assert again.exit_code == 0
    assert "0 faces moved" in again.stdout, "what was confirmed stays"


def test_the_same_photographs_again_change_nothing(clustered, holiday):
    mien, _ = clustered
    again = mien("cluster", holiday, "--workers", "1")
    assert "7 known already" in again.stdout
    assert "0 faces moved" in again.stdout


def test_a_rejected_face_stays_out_through_every_grouping(clustered, tmp_path):
    mien, _ = clustered
    group = rows(tmp_path / "groups.csv")[0]["group"]
    shown = mien("people", "show", group).stdout.splitlines()
    face = next(line.split()[0] for line in shown if line.split() and line.split()[0].isdigit())
    assert mien("people", "reject", group, face).exit_code == 0
    for words in (["cluster"], ["cluster", "--again"], ["cluster", "--again"]):
        mien(*words)
        lines = mien("people", "show", group).stdout.splitlines()
        assert face not in [line.split()[0] for line in lines if line.split()]


def test_a_table_that_is_none_is_refused(clustered, tmp_path):
    mien, _ = clustered
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    result = mien("people", "name", "--from", "odd.csv")
    assert (result.exit_code, "'group' and 'name'" in result.stderr) == (2, True)
    assert mien("people", "name").exit_code == 2


def test_a_folder_without_faces_has_no_groups(mien, tmp_path, monkeypatch, cat):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(cat).save(tmp_path / "cat.png")
    result = mien("cluster", tmp_path / "cat.png", "--workers", "1")
    assert (result.exit_code, (tmp_path / "groups.jpg").exists()) == (1, False)
    assert "There are no groups" in result.stdout
