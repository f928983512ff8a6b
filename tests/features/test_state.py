"""What a run carries from chunk to chunk comes back from its file as it was; nothing else is ever read."""

import dataclasses
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import MienError
from mien.features.state import pack, unpack
from mien.tracking import Track
from mien.types import Faces, Issue, objects

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_data_round_trips(value):
    assert unpack(pack(value)) == value


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8", "bool"])
def test_arrays_keep_kind_shape_and_bits(dtype):
    array = np.random.default_rng(0).integers(0, 2, (3, 0, 2) if dtype == "bool" else (3, 4)).astype(dtype)
    back = unpack(pack({"a": [array]}))["a"][0]
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert np.array_equal(back, array)


def test_a_track_with_its_shots(film_frames):
    from mien.faces import default_engine
    from mien.tracking import Follower

    follower = Follower(default_engine())
    for frame in film_frames[6:30:2]:
        follower.look(frame, cut=False)
    (track, *_) = follower.tracker.tracks.values()
    assert track.shots.kept, "so that there is something to compare"
    back = unpack(pack(track))
    assert isinstance(back, Track)
    assert same(back, track)


def test_issues_stay_issues():
    faces = Faces.empty().having(issues=objects([]))
    assert unpack(pack(faces)).issues.dtype == object
    (issue,) = unpack(pack(objects([(Issue.NOISY,)])))[0]
    assert issue is Issue.NOISY


def test_pickles_are_not_read():
    with pytest.raises(MienError, match="cannot be read"):
        unpack(pickle.dumps({"a": 1}))


def test_what_cannot_come_back_is_not_stored():
    with pytest.raises(TypeError, match="Event"):
        pack({"lock": threading.Event()})


def same(a, b):
    """Whether two values are equal to the last bit, dataclasses and arrays included."""
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(
            same(getattr(a, one.name), getattr(b, one.name)) for one in dataclasses.fields(a)
        )
    if isinstance(a, np.ndarray) and a.dtype != object:
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, list | tuple | np.ndarray):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b
