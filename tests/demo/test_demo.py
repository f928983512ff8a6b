"""The demo as a whole: on the packaged photographs, and on a folder of one's own."""

import re

import numpy as np
import pytest

from mien import demo
from mien.demo import photographs
from mien.demo.variants import turned
from mien.errors import MediaNotFound
from mien.home import home
from mien.media import write_image


@pytest.fixture(scope="module")
def packaged(tmp_path_factory):
    lines = []
    result = demo.run(None, tmp_path_factory.mktemp("demo"), lines.append)
    return result, "\n".join(lines)


def test_everything_comes_out_as_expected(packaged):
    result, told = packaged
    wrong = [check for check in result.checks if not check.ok]
    assert not wrong
    assert len(result.checks) >= 30  # two people in eight shapes, and the questions around them
    assert f"All {len(result.checks)} answers came out as expected" in told
    assert "NOT OK" not in told


def test_it_shows_each_of_the_answers(packaged):
    result, _ = packaged
    answers = {check.answered for check in result.checks}
    assert answers >= {
        "Grace Hopper",
        "Eileen Collins",
        "no match",
        "cannot say",
        "no face",
        "refused",
        "match",
    }


def test_the_page_needs_nothing_beside_itself(packaged):
    result, told = packaged
    html = result.page.read_text("utf-8")
    assert str(result.page) in told.splitlines()[-1]
    assert not re.search(r"https?://|<script|<link|url\(|@import", html)
    sources = re.findall(r'src="([^"]{0,40})', html)
    assert len(sources) == sum(len(step.pictures) for step in result.steps)
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert result.page.stat().st_size < 3e6  # opens at once, can be mailed


def test_the_clip_is_told_with_its_times(packaged):
    result, _ = packaged
    spans = {one.name: one for one in result.steps[-1].spans}
    assert [len(spans[name].found) for name in ("Grace Hopper", "Eileen Collins")] == [2, 1]
    for one in spans.values():
        assert np.allclose(one.found, one.truth, rtol=0, atol=0.25)  # seconds; ten looks a second
    html = result.page.read_text("utf-8")
    assert html.count('class="truth"') == html.count('class="found"') == 3
    assert (result.page.parent / "clip.mp4").stat().st_size > 10_000


def test_it_says_how_long_each_step_took(packaged):
    result, told = packaged
    assert all(0 < step.seconds < 20 for step in result.steps)
    assert sum(step.seconds for step in result.steps) <= result.seconds < 60
    assert len(re.findall(r"^\d+\. .*\(\d+\.\d s\)$", told, re.MULTILINE)) == len(result.steps)


def test_the_users_gallery_stays_as_it_is(packaged):
    assert not (home() / "people.mien").exists()


def test_a_missing_package_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(photographs, "find_spec", lambda module: None)
    with pytest.raises(MediaNotFound, match=r"package matplotlib, which is not installed; run: pip install"):
        demo.run(None, tmp_path, lambda line: None)


@pytest.fixture
def album(tmp_path, grace, astronaut):
    """Two people in folders, one of them with a single photograph, and a file that is no picture."""
    for name, photos in (("Zoë <b>", [grace, turned(grace, 10), grace[:, ::-1]]), ("Eileen", [astronaut])):
        (tmp_path / "album" / name).mkdir(parents=True)
        for i, photo in enumerate(photos):
            write_image(tmp_path / "album" / name / f"{i}.png", np.ascontiguousarray(photo))
    (tmp_path / "album" / "notes.jpg").write_text("not a picture")
    return tmp_path / "album"


def test_folders_are_people_and_the_last_photograph_is_held_out(album, tmp_path):
    lines = []
    result = demo.run(album, tmp_path / "out", lines.append)
    told = "\n".join(lines)
    assert result.ok
    assert [(check.what, check.answered) for check in result.checks] == [("2.png", "Zoë <b>")]
    assert re.search(r"Zoë <b> .* 2 of 2 enrolled .* 1 held out", told)
    assert re.search(r"Eileen .* 1 of 1 enrolled .* none held out", told)
    assert re.search(r"notes.jpg .* not read .*the content is text", told)
    assert "Zoë &lt;b&gt;" in result.page.read_text("utf-8")
    assert sorted(path.name for path in album.iterdir()) == ["Eileen", "Zoë <b>", "notes.jpg"]  # only read


def test_a_wrong_name_makes_the_demo_fail(album, tmp_path, astronaut):
    write_image(album / "Zoë <b>" / "3.png", astronaut)
    result = demo.run(album, tmp_path / "out", lambda line: None)
    assert not result.ok
    assert result.checks[0].answered == "Eileen"
    assert "0 of 1 answers" in result.page.read_text("utf-8")


def test_a_flat_folder_is_looked_through_in_order(tmp_path, grace, astronaut):
    photos = {"1 grace": grace, "2 eileen": astronaut, "3": turned(grace, 37), "4": np.zeros_like(grace)}
    (tmp_path / "flat").mkdir()
    for name, photo in photos.items():
        write_image(tmp_path / "flat" / f"{name}.png", photo)
    result = demo.run(tmp_path / "flat", tmp_path / "out", lambda line: None)
    answers = [check.answered for check in result.steps[0].checks]
    assert answers == ["new: enrolled as 1 grace", "new: enrolled as 2 eileen", "1 grace", "no face"]
    assert result.checks == ()  # nothing is claimed where the truth was not given
    assert result.ok


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_without_photographs_is_an_error(tmp_path, made):
    if made:
        (tmp_path / "empty").mkdir()
    with pytest.raises(MediaNotFound, match="expected"):
        demo.run(tmp_path / "empty", tmp_path / "out", lambda line: None)
