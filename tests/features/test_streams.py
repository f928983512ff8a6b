"""One pass for all extractors; what is in the cache is not computed again, and no cut in time shows in the rows."""

import os
import signal
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from mien.errors import CorruptMedia
from mien.faces import default_engine
from mien.features.records import records
from mien.features.streams import Pass
from mien.timeline.build import column
from tests.features.counting import Counting
from tests.film import CAST, CUT


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))


def run(path, *extractors, chunk=3.0):
    """Everything that the pass has, as tables."""
    one = Pass(path, default_engine(), extractors, chunk=chunk)
    chunks = list(one.chunks())
    assert chunks == list(range(len(chunks)))
    return {
        name: pa.concat_tables([entry.table(i) for i in chunks])
        for name, entry in one.streams.items()
        if name != "tracks"
    }


@pytest.fixture(scope="module")
def whole(film, tmp_path_factory):
    """The rows of an unbroken run in a single chunk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_HOME", str(tmp_path_factory.mktemp("whole")))
        return run(film, Counting(), chunk=1000.0)


def test_faces_of_every_frame_where_they_are(whole, film_frames):
    frames, faces = whole["frames"], whole["faces"]
    assert column(frames, "frame").tolist() == list(range(len(film_frames)))
    assert column(frames, "cut").nonzero()[0].tolist() == [round(CUT * 12)]
    boxes, at, time = column(faces, "box"), column(faces, "frame"), column(faces, "time")
    alone = (time > 3.6) & (time < 3.95)  # both are there, apart from each other
    truth = {one.name: one for one in CAST[:2]}
    for i in np.flatnonzero(alone):
        middle = (boxes[i, :2] + boxes[i, 2:]) / 2
        off = min(np.hypot(*(middle - np.array(one.place(time[i])))) for one in truth.values())
        assert off < 10, f"frame {at[i]}: the face is 90 pixels wide, and moves 5 to 8 between two frames"
    assert column(faces, "interpolated").any()
    assert set(np.bincount(at[alone])[at[alone]]) == {2}


def test_between_two_looks_a_face_is_between_their_places(whole):
    """At 12 frames and 10 looks a second, every such frame lies in the middle of two looks."""
    faces = whole["faces"]
    box, at, track = column(faces, "box"), column(faces, "frame"), column(faces, "track")
    place = {(int(f), int(t)): one for f, t, one in zip(at, track, box, strict=True)}
    between = [(int(at[i]), int(track[i])) for i in np.flatnonzero(column(faces, "interpolated"))]
    assert len(between) > 5
    for frame, who in between:
        middle = (place[frame - 1, who] + place[frame + 1, who]) / 2
        assert place[frame, who] == pytest.approx(middle, abs=0.01)


def test_nobody_is_seen_on_both_sides_of_the_cut_by_interpolation(whole):
    faces = whole["faces"]
    track, time = column(faces, "track"), column(faces, "time")
    for one in np.unique(track):
        assert time[track == one].max() < CUT or time[track == one].min() >= CUT


@pytest.mark.parametrize("chunk", [0.4, 2.5, 5.0])
def test_the_size_of_chunks_changes_nothing(film, whole, chunk):
    assert run(film, Counting(), chunk=chunk) == whole


def test_what_is_there_is_read(film, whole):
    first, second = Counting(), Counting()
    run(film, first)
    assert run(film, second)["counting"] == whole["counting"]
    assert (first.calls, second.calls) == (len(whole["frames"]), 0)


def test_an_extractor_that_comes_later_gives_what_it_would_have_given(film, whole):
    run(film)
    assert run(film, Counting()) == whole


def test_an_extractor_reads_rows_of_another_from_the_cache(film):
    together = run(film, Counting(), Counting("b", needs=("counting",)), chunk=2.0)
    run(film, Counting("c"), chunk=2.0)
    one = Counting()
    later = run(film, one, Counting("b", needs=("counting",)), chunk=2.0)
    assert one.calls == 0
    assert later["countingb"] == together["countingb"]


def test_tracks_that_ended_are_recorded_once(film):
    one = Pass(film, default_engine(), chunk=2.0)
    ended = [record for chunk in one.chunks() for record in records(one.streams["tracks"].table(chunk))]
    assert len({record.track for record in ended}) == len(ended)
    seen = [record for record in ended if record.identity]
    shown = sum(who.end - who.start for who in CAST)
    assert sum(record.end - record.start for record in seen) == pytest.approx(shown, rel=0.15)
    assert all(record.portrait.startswith(b"\xff\xd8") for record in seen), "a JPEG each"
    assert all(record.identity.best.portrait.size == 0 for record in seen), "no other pictures are kept"


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
def test_killed_again_and_again_and_resumed(film, whole):
    """Each process is killed after one more chunk; the last goes on to the end."""
    command = [sys.executable, "-m", "tests.features.killed", str(film), "3.0"]
    lived = []
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if int(line) == len(lived):
                    process.send_signal(signal.SIGKILL)
                    break
        lived.append(process.returncode)
    assert lived == [-signal.SIGKILL] * 3
    last = Counting()
    assert run(film, last, chunk=3.0) == whole
    assert last.calls < len(whole["frames"]), "it began after the chunks that were there"


def test_a_part_of_a_file_cannot_be_taken_for_the_whole(film, tmp_path):
    """Another file is another medium, be its name the same."""
    path = tmp_path / "film.mp4"
    path.write_bytes(film.read_bytes())
    before = run(path)
    path.write_bytes(film.read_bytes()[:-1] + b"x")
    assert run(path)["frames"] == before["frames"]
    assert len(list((tmp_path / "home" / "features").iterdir())) == 2


def test_frames_that_went_away_are_told(film, tmp_path, monkeypatch):
    run(film)
    from mien.features import streams

    monkeypatch.setattr(streams, "read_frames", lambda *_, **__: iter(()))
    with pytest.raises(CorruptMedia, match="Frame 0 cannot be decoded"):
        run(film, Counting())


def test_an_error_in_an_extractor_ends_the_pass_and_keeps_what_was_committed(film):
    class Failing(Counting):
        def see(self, view):
            if view.frame.time > 7:
                raise OSError("no room")
            return super().see(view)

    with pytest.raises(OSError, match="no room"):
        run(film, Failing())
    one = Pass(film, default_engine(), [Counting()], chunk=3.0)
    assert one.streams["counting"].count == 2


def test_the_home_is_the_tests_own():
    assert "home" in os.environ["MIEN_HOME"]
