"""Rows of expressions, and the interval of a smile in real clips: found in time, and never while nobody is there."""

import numpy as np
import pytest

from mien.analyze.expressions import emotion_segments
from mien.faces import FaceEngine
from mien.features.extractor import View
from mien.features.extractors.emotion import FAMILY, Emotion
from mien.media import read_frames
from mien.types import Faces, Frame


@pytest.fixture(scope="module")
def emotion(shared):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_MODELS", str(shared / "models"))
        opened = Emotion()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def engine():
    return FaceEngine()


def watched(emotion, engine, clip, every=1):
    """Times, rows and numbers of the frames in which a face is found, looking at each `every`-th frame."""
    times, happy, frames = [], [], []
    for frame in read_frames(clip):
        if frame.index % every == 0:
            faces = engine.detector.detect(frame.image, search_orientation=False).largest()
            rows = emotion.see(View(frame, faces, np.zeros(len(faces), np.int32)))
            times += [frame.time] * len(faces)
            frames += [frame.index] * len(faces)
            happy += list(rows["happy"])
    return np.array(times), {"happy": np.array(happy)}, np.array(frames)


def test_the_smile_of_a_real_clip_is_found(emotion, engine, shared):
    """The clip's own note: neutral, a smile from about frame 16 to 71 of 72, at 30 frames a second."""
    clip = shared / "data/expression/pyfeat/single_face.mp4"
    times, rows, _ = watched(emotion, engine, clip)
    (smile,) = emotion_segments(times, rows, calibrated=emotion.facts["calibrated"])
    assert smile["start"] == pytest.approx(16 / 30, abs=0.3)
    assert smile["end"] == pytest.approx(71 / 30, abs=0.3)
    assert smile["start"] < smile["apex"] < smile["end"]
    assert (smile["layer"], smile["label"]) == ("emotion", "happy")
    assert 0.8 < smile["probability"] <= 1


def test_no_face_no_rows(emotion, engine, shared):
    times, rows, _ = watched(emotion, engine, shared / "data/expression/pyfeat/no_face.mp4", every=4)
    assert len(times) == 0
    assert emotion_segments(times, rows) == []


@pytest.mark.parametrize(
    ("clip", "there"), [("face_noface.mov", range(72)), ("noface_face.mov", range(96, 168))]
)
def test_no_rows_while_the_face_is_away(emotion, engine, shared, clip, there):
    _, _, frames = watched(emotion, engine, shared / "data/expression/pyfeat" / clip, every=4)
    assert set(frames) <= set(there)
    assert len(frames) >= len(there) // 4, "and rows while it is there"


def test_rows_have_every_column_and_what_the_model_lacks_is_empty(emotion, engine, astronaut):
    faces = engine.detect(astronaut).largest()
    two = Faces.concatenate([faces, faces])
    rows = emotion.see(View(Frame(astronaut), two, np.array([4, 9], np.int32)))
    assert set(rows) == {"track", *(column.name for column in FAMILY.columns)}
    assert rows["track"].tolist() == [4, 9]
    for empty in ("contempt", "valence", "arousal"):
        assert np.isnan(rows[empty]).all()
    seven = np.stack(
        [rows[name] for name in ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")]
    )
    assert np.allclose(seven.sum(axis=0), 1, atol=1e-6)
    none = emotion.see(View(Frame(astronaut), Faces.empty(), np.zeros(0, np.int32)))
    assert {name: len(values) for name, values in none.items()} == dict.fromkeys(rows, 0)
    assert emotion.facts["tier"] == "basic"


def test_the_interval_ends_where_the_face_is_gone_and_short_flickers_do_not_count():
    times = np.arange(0, 6, 0.04)
    happy = np.full(len(times), 0.1, np.float32)
    happy[(times >= 1) & (times < 3)] = 0.9
    happy[(times >= 2) & (times < 2.1)] = 0.2  # a blink's length: bridged
    happy[(times >= 5) & (times < 5.1)] = 0.9  # too short
    here = (times < 2.5) | (times >= 4)
    (smile,) = emotion_segments(times[here], {"happy": happy[here]})
    assert smile["start"] == pytest.approx(1, abs=0.04)
    assert smile["end"] == pytest.approx(2.48, abs=0.041)
    assert smile["probability"] == pytest.approx(0.85, abs=0.05)
    assert emotion_segments(times, {"happy": happy, "sad": happy}, calibrated=()) == []
