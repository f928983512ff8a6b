"""`mien analyze` and `mien features`: a timeline from a film, what is told, and what is kept."""

import pytest

from mien.timeline import read
from tests.film import EILEEN, GRACE


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MIEN_MODELS", raising=False)


@pytest.fixture
def gallery(mien, tmp_path, grace, astronaut):
    from mien.media import write_image

    for name, picture in ((GRACE, grace), (EILEEN, astronaut)):
        file = tmp_path / f"{name}.png"
        write_image(file, picture)
        mien("enroll", name, file, "--gallery", tmp_path / "two.mien")
    return tmp_path / "two.mien"


def test_a_timeline_with_names(mien, film, gallery, tmp_path):
    out = tmp_path / "film.parquet"
    result = mien("analyze", film, "--with", "scene", "--people", gallery, "-o", out)
    assert result.exit_code == 0
    assert result.stdout.startswith("2 people in ")
    assert f"mien timeline show {out}" in result.stdout
    assert set(read(out).tracks["person"].to_pylist()) == {GRACE, EILEEN}
    shown = mien("timeline", "show", out).stdout
    assert GRACE in shown
    assert "shot 2" in shown


def test_the_second_run_computes_nothing_and_clearing_forgets(mien, film, tmp_path):
    out = tmp_path / "film.parquet"
    mien("analyze", film, "--with", "scene", "-o", out)
    mien("analyze", film, "--with", "scene", "-o", out)
    assert read(out).provenance["seconds"] == {}
    listed = mien("features", "list").stdout
    assert "faces" in listed
    assert "in 4 streams" in listed
    assert "MiB removed" in mien("features", "clear").stdout
    assert "in 0 streams" in mien("features", "list").stdout


def test_the_default_name_is_the_films_own(mien, film, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert mien("analyze", film, "--with", "scene").exit_code == 0
    assert (tmp_path / "film.parquet").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--with", "mood"), "Known are: emotion, landmarks"),
        (("--with", "emotion,hands"), "mien models add emotion pose hands"),
        (("--with", "words"), "--words-model"),
        (("--with", "scene", "--budget", "0"), "above 0"),
        (("--with", "scene", "--people", "nobody.mien"), "There is no gallery"),
    ],
)
def test_errors_say_what_to_do(mien, film, tmp_path, words, told):
    result = mien("analyze", film, "-o", tmp_path / "out.parquet", *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_a_file_that_cannot_be_read_is_told_before_anything_is_measured(mien, film, tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no film")
    result = mien("analyze", film, tmp_path / "broken.mp4", "--with", "scene", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2
    assert "broken.mp4" in result.stderr
    assert "in 0 streams" in mien("features", "list").stdout
