"""Timelines from real and generated films, end to end: who, when, how, and what is said where nothing is to be had."""

import numpy as np
import pyarrow as pa
import pytest

import mien
from mien.analyze.timelines import analyze_files
from mien.errors import ArgumentError, CorruptMedia, MediaNotFound, UnsupportedMedia, WeightsMissing
from mien.media import read_frames, write_video
from mien.timeline import files
from mien.timeline.build import column
from tests.film import CAST, CUT, EILEEN, GRACE


@pytest.fixture(scope="module", autouse=True)
def _home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.parquet"


@pytest.fixture
def clips(shared, weights, monkeypatch):
    monkeypatch.setenv("MIEN_MODELS", str(weights))
    return shared / "data" / "expression" / "pyfeat"


@pytest.fixture(scope="module")
def timeline(film, family, tmp_path_factory):
    """Of the generated film, twice: as two media."""
    path = tmp_path_factory.mktemp("timeline") / "film.parquet"
    return analyze_files([film, film], path, measures=["scene"], people=family)


def test_each_person_has_one_lane_across_cuts_and_files(timeline):
    tracks = timeline.tracks.to_pylist()
    lanes = {name: {row["lane"] for row in tracks if row["person"] == name} for name in (GRACE, EILEEN)}
    assert sorted(map(len, lanes.values())) == [1, 1]
    assert lanes[GRACE] != lanes[EILEEN]
    assert {row["media"] for row in tracks if row["person"] == GRACE} == {0, 1}
    assert {row["answer"] for row in tracks} == {"match"}
    assert all(row["probability"] > 0.95 for row in tracks), "the very photographs are enrolled"


def test_when_they_were_there(timeline):
    for name in (GRACE, EILEEN):
        rows = [row for row in timeline.tracks.to_pylist() if row["person"] == name and row["media"] == 0]
        seen = sum(row["end"] - row["start"] for row in rows)
        shown = sum(one.end - one.start for one in CAST if one.name == name)
        assert 0.75 * shown < seen < 1.02 * shown, "they hide each other when they cross"
        assert min(row["start"] for row in rows) == pytest.approx(
            min(one.start for one in CAST if one.name == name), abs=0.3
        )


def test_samples_are_of_tracks_that_are_told(timeline):
    faces = timeline.samples["faces"]
    assert set(faces["track"].to_pylist()) == set(timeline.tracks["track"].to_pylist())
    assert set(faces["media"].to_pylist()) == {0, 1}


def test_the_same_file_gives_the_same_rows(timeline):
    faces = timeline.samples["faces"]
    one, two = (faces.filter(pa.array(column(faces, "media") == media)) for media in (0, 1))
    assert one.drop_columns(["media", "track"]) == two.drop_columns(["media", "track"])


def test_what_is_told_of_the_media(timeline, film_frames):
    for row in timeline.media.to_pylist():
        assert (row["width"], row["height"], row["frames"]) == (640, 360, len(film_frames))
        assert row["rate"] == pytest.approx(12.0)
        assert row["duration"] == pytest.approx(12.0)
        assert row["variable"] is False
        assert row["notes"] == []


def test_shots(timeline):
    shots = [row for row in timeline.segments.to_pylist() if row["layer"] == "shot" and row["media"] == 1]
    assert [row["label"] for row in shots] == ["shot 1", "shot 2"]
    assert shots[0]["end"] == shots[1]["start"] == pytest.approx(CUT)


def test_provenance_names_models_parameters_and_times(timeline):
    told = timeline.provenance
    assert told["mien"] == mien.__version__
    assert len(told["engine"]["detector"]["sha256"]) == 64
    assert told["gallery"]["gallery"]["people"] == 2
    assert {"decode", "detect", "track", "embed", "scene"} <= set(told["seconds"])


@pytest.mark.parametrize("chunk", [0.9, 4.0])
def test_the_size_of_chunks_changes_nothing(film, timeline, out, chunk):
    other = analyze_files([film, film], out, measures=["scene"], chunk=chunk)
    for name in ("frames", "faces", "scene"):
        assert other.samples[name] == timeline.samples[name]
    assert other.segments == timeline.segments
    told = ["track", "lane", "start", "end", "looks", "quality", "portrait"]
    assert other.tracks.select(told) == timeline.tracks.select(told)


def test_without_a_gallery_there_are_lanes_and_no_names(film, out):
    tracks = analyze_files([film], out).tracks
    assert set(tracks["lane"].to_pylist()) == {0, 1}
    assert set(tracks["person"].to_pylist()) == set(tracks["answer"].to_pylist()) == {None}


def test_nothing_is_left_beside_the_file(film, out):
    analyze_files([film], out)
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_smile(clips, out):
    """One person, neutral, a smile on frames 16 to 71 of 72, at 30 frames a second."""
    timeline = analyze_files([clips / "single_face.mp4"], out, measures=["emotion"])
    (smile,) = timeline.segments.to_pylist()
    assert (smile["layer"], smile["label"]) == ("emotion", "happy")
    assert smile["start"] == pytest.approx(16 / 30, abs=0.3)
    assert smile["end"] == pytest.approx(71 / 30, abs=0.3)
    assert smile["probability"] > 0.5
    assert '"tier": "basic"' in smile["provenance"]
    assert timeline.samples["emotion"]["contempt"].null_count == 72, "the model does not have it"


def test_no_face_is_an_empty_table_with_all_its_columns(clips, out):
    timeline = analyze_files([clips / "no_face.mp4"], out, measures=["emotion", "pulse"])
    emotion = timeline.samples["emotion"]
    assert len(emotion) == len(timeline.tracks) == len(timeline.segments) == 0
    assert {"media", "time", "frame", "track", "happy", "neutral", "valence"} <= set(emotion.column_names)
    assert len(timeline.samples["frames"]) == 95, "98 in the container, 3 of them marked to be discarded"


@pytest.mark.parametrize(("name", "there"), [("face_noface.mov", (0, 71)), ("noface_face.mov", (96, 167))])
def test_no_sample_while_the_face_is_away(clips, out, name, there):
    timeline = analyze_files([clips / name], out, measures=["emotion"])
    frames = column(timeline.samples["emotion"], "frame")
    assert frames.min() >= there[0]
    assert frames.max() <= there[1]
    assert len(frames) >= 0.95 * (there[1] - there[0] + 1)
    assert timeline.media["variable"].to_pylist() == [True]
    times = {frame.index: frame.time for frame in read_frames(clips / name)}
    told = column(timeline.samples["emotion"], "time")
    assert np.array_equal(told, [times[int(frame)] for frame in frames]), "true times, whatever the rate"


def test_laughing_comes_after_the_middle(clips, out):
    timeline = analyze_files([clips / "WolfgangLanger_Pexels.mp4"], out, measures=["emotion"])
    smiles = timeline.segments.to_pylist()
    assert smiles
    assert all(smile["end"] > 472 / 23.976 / 2 for smile in smiles)


def test_a_photograph_is_a_medium_of_one_frame(shared, out, grace, tmp_path):
    from mien.media import write_image

    path = tmp_path / "grace.png"
    write_image(path, grace)
    timeline = analyze_files([path], out, measures=["scene"])
    (track,) = timeline.tracks.to_pylist()
    assert (track["start"], track["end"], track["lane"]) == (0.0, 0.0, 0)
    assert timeline.media["kind"].to_pylist() == ["image"]
    assert len(timeline.samples["faces"]) == 1


def test_a_film_of_one_frame(film_frames, out, tmp_path):
    path = tmp_path / "one.mp4"
    write_video(path, film_frames[20:21], 12)
    timeline = analyze_files([path], out)
    assert len(timeline.tracks) == len(timeline.samples["faces"]) == 2
    assert timeline.media["variable"].to_pylist() == [None]
    assert timeline.media["duration"].to_pylist() == [pytest.approx(1 / 12)]


def test_a_film_that_is_cut_off_is_measured_as_far_as_it_goes(film, out, tmp_path):
    path = tmp_path / "cut.mkv"
    write_video(path, read_frames(film), 12)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    timeline = analyze_files([path], out)
    (row,) = timeline.media.to_pylist()
    assert 20 < row["frames"] < 140
    assert "cut off or damaged" in row["notes"][0]
    again = analyze_files([path], out)
    assert again.media == timeline.media, "the note too is remembered"


def test_no_sound_is_noted(film, out, monkeypatch, tmp_path):
    from mien.models import add

    try:
        add("silero-vad")
    except mien.ModelError as error:
        pytest.skip(f"the network of voices cannot be had here: {error}")
    timeline = analyze_files([film], out, measures=["voice"])
    assert "there is no sound" in timeline.media["notes"].to_pylist()[0][0]
    assert len(timeline.samples["voice"]) == 0
    assert "pitch" in timeline.samples["voice"].column_names


def test_a_recording_without_pictures(shared, out):
    sound = shared / "data" / "speech_affect" / "librivox" / "sense_and_sensibility_01_austen_64kb-0880.wav"
    with pytest.raises(UnsupportedMedia, match="ask for voice"):
        analyze_files([sound], out, measures=["scene"])
    timeline = analyze_files([sound], out, measures=["voice", "scene"])
    assert {"speech"} <= set(timeline.segments["layer"].to_pylist())
    (row,) = timeline.media.to_pylist()
    assert row["kind"] == "audio"
    assert row["duration"] == pytest.approx(95_680 / 2 / 16_000, abs=0.05)
    assert len(timeline.samples["scene"]) == 0


def test_errors_of_users(film, out, tmp_path, monkeypatch):
    with pytest.raises(ArgumentError, match="Known are: emotion"):
        analyze_files([film], out, measures=["mood"])
    with pytest.raises(ArgumentError, match="at least one"):
        analyze_files([], out)
    with pytest.raises(ArgumentError, match="listener"):
        analyze_files([film], out, measures=["words"])
    with pytest.raises(MediaNotFound):
        analyze_files([tmp_path / "none.mp4"], out)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    with pytest.raises(CorruptMedia):
        analyze_files([empty], out)
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    with pytest.raises(WeightsMissing, match="mien models add emotion pose hands"):
        analyze_files([film], out, measures=["hands", "emotion"])
    assert not out.exists()


def test_a_second_run_reads_what_the_first_computed(film, out, timeline):
    again = analyze_files([film, film], out, measures=["scene"])
    assert again.samples["faces"] == timeline.samples["faces"]
    assert again.provenance["seconds"] == {}, "nothing took any time"
    assert files.read(out).segments == again.segments
