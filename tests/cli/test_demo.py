"""`mien demo` on somebody's own photographs; the demo itself has tests of its own."""

import shutil


def test_own_photographs(mien, photos, tmp_path):
    for person, file in (("Grace Hopper", "grace.jpg"), ("Eileen Collins", "eileen.png")):
        folder = tmp_path / "family" / person
        folder.mkdir(parents=True)
        shutil.copy(photos / file, folder)
    result = mien("demo", "--photos", tmp_path / "family", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "Grace Hopper" in result.stdout
    assert "Eileen Collins" in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert not (tmp_path / "test.mien").exists(), "the user's gallery is left alone"


def test_a_folder_that_is_not_there(mien, tmp_path):
    result = mien("demo", "--photos", tmp_path / "missing", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "missing" in result.stderr
