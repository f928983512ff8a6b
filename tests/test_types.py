"""`Faces`: arrays of equal length that go together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien import ArgumentError, Faces
from mien.types import objects


def three(**columns):
    x = np.arange(3, dtype=np.float32)
    return Faces(
        np.stack([x, x, x + 10 * (x + 1), x + 10], axis=1),
        np.zeros((3, 5, 2), np.float32),
        np.array([0.9, 0.8, 0.7], np.float32),
        np.zeros(3, np.float32),
        **columns,
    )


@pytest.mark.parametrize(
    ("key", "chosen"),
    [
        (0, [0]),
        (-1, [2]),
        (np.int64(1), [1]),
        (slice(1, None), [1, 2]),
        ([2, 0], [2, 0]),
        (np.array([True, False, True]), [0, 2]),
        (np.zeros(0, int), []),
    ],
)
def test_indexing_keeps_every_column_in_step(key, chosen):
    faces = three(
        names=objects(["a", None, "c"]), issues=objects([(), ("x",), ("y", "z")]), provenance={"m": 1}
    )
    part = faces[key]
    assert part.scores.tolist() == faces.scores[chosen].tolist()
    assert part.names.tolist() == [faces.names[i] for i in chosen]
    assert part.issues.tolist() == [faces.issues[i] for i in chosen]
    assert part.provenance == {"m": 1}
    assert part.embeddings is None


def test_out_of_range_and_iteration():
    with pytest.raises(IndexError, match="face 3 of 3"):
        three()[3]
    assert [float(face.scores[0]) for face in three()] == pytest.approx([0.9, 0.8, 0.7])
    assert len(list(Faces.empty())) == 0


def test_measures_of_boxes():
    faces = three()
    assert faces.widths.tolist() == [10, 20, 30]
    assert faces.heights.tolist() == [10, 10, 10]
    assert faces.centres[2].tolist() == [17, 7]
    assert faces.largest().widths.tolist() == [30]
    assert len(Faces.empty().largest()) == 0


def test_columns_of_another_length_are_refused():
    with pytest.raises(ArgumentError, match=r"scores.*\(2,\).*\(3,\)"):
        three().having(scores=np.zeros(2, np.float32))
    with pytest.raises(ArgumentError, match="keypoints"):
        three().having(keypoints=np.zeros((3, 4, 2), np.float32))
    with pytest.raises(ArgumentError, match=r"rolls.*\(3, 1\).*\(3,\)"):
        three().having(rolls=np.zeros((3, 1), np.float32))
    with pytest.raises(ArgumentError, match="embeddings"):
        three().having(embeddings=np.zeros(3, np.float32))
    assert three(embeddings=np.zeros((3, 128), np.float32))[:0].embeddings.shape == (0, 128)


def test_a_mask_of_another_length_is_refused():
    with pytest.raises(IndexError):
        three()[np.array([True, False])]


@given(arrays(np.bool_, 3), st.permutations(range(3)))
def test_parts_joined_again_are_the_whole(mask, order):
    faces = three(names=objects(["a", "b", "c"]), embeddings=np.eye(3, dtype=np.float32))
    parts = Faces.concatenate([faces[mask], faces[~mask]])
    assert sorted(parts.names.tolist()) == ["a", "b", "c"]
    assert np.array_equal(
        parts.embeddings, faces[[faces.names.tolist().index(n) for n in parts.names]].embeddings
    )
    back = faces[list(order)][np.argsort(order)]
    assert all(
        np.array_equal(a, b) for a, b in zip(back.columns().values(), faces.columns().values(), strict=True)
    )


def test_joining_keeps_what_all_have():
    joined = Faces.concatenate([three(quality=np.ones(3, np.float32)), three()])
    assert len(joined) == 6
    assert joined.quality is None
    assert len(Faces.concatenate([])) == 0


def test_objects_takes_tuples_of_one_length_as_they_are():
    assert objects([("a", "b"), ("c", "d")]).tolist() == [("a", "b"), ("c", "d")]
