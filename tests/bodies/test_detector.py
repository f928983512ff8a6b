"""The detector of people: anchors and merging against the plainest way to write them, and real pictures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.bodies.detector import SAME, SIZE, anchors, decode, merge, overlaps


def test_anchors_are_those_of_a_plain_loop():
    expected = []
    layers = [(8, 1), (16, 1), (32, 3)]  # stride, layers of that stride; two anchors each
    for stride, count in layers:
        cells = SIZE // stride
        for row in range(cells):
            for column in range(cells):
                expected += [((column + 0.5) / cells, (row + 0.5) / cells)] * (2 * count)
    assert anchors().shape == (2254, 2)
    assert anchors() == pytest.approx(np.array(expected), abs=1e-7)


def test_an_anchor_is_decoded_as_its_offsets_say():
    logits = np.full(2254, -50, np.float32)
    logits[[3, 2253]] = [0.0, 200.0]
    values = np.zeros((2254, 12), np.float32)
    values[3] = [8, -2, 20, 10, 1, 2, 3, 4, 5, 6, 7, 8]
    boxes, points, scores = decode(values, logits)
    middle = np.array([1.5 * 8, 0.5 * 8])  # the second cell of the first row
    assert scores == pytest.approx([0.5, 1.0])
    assert boxes[0] == pytest.approx([10, -3, 30, 7])
    assert points[0] == pytest.approx(np.array([[1, 2], [3, 4], [5, 6], [7, 8]]) + middle)


def plain(boxes, points, scores):
    """Weighted non-maximum suppression, one pair at a time."""
    rest = sorted(range(len(scores)), key=lambda i: -scores[i])
    found = []
    while rest:
        best = rest[0]
        same = [i for i in rest if i == best or overlap(boxes[best], boxes[i]) > SAME]
        total = sum(scores[i] for i in same)
        found.append(
            (
                sum(scores[i] * boxes[i] for i in same) / total,
                sum(scores[i] * points[i] for i in same) / total,
                scores[best],
            )
        )
        rest = [i for i in rest if i not in same]
    return found


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])  # noqa: E731
    return shared / (area(a) + area(b) - shared)


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_merging_is_that_of_a_plain_loop(n, seed):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 60, (n, 2))
    boxes = np.concatenate([low, low + rng.uniform(10, 60, (n, 2))], axis=1)
    points, scores = rng.uniform(0, 224, (n, 4, 2)), rng.uniform(0.5, 1, n)
    expected = plain(boxes, points, scores)
    merged = merge(boxes, points, scores)
    assert [len(part) for part in merged] == [len(expected)] * 3
    for i, (box, point, score) in enumerate(expected):
        assert merged[0][i] == pytest.approx(box, rel=1e-5)
        assert merged[1][i] == pytest.approx(point, rel=1e-5)
        assert merged[2][i] == pytest.approx(score, rel=1e-6)


def test_overlap_of_a_box_with_itself_with_half_and_with_none():
    box = np.array([0, 0, 10, 10], np.float32)
    assert overlaps(box, np.array([box, [0, 0, 10, 5], [20, 0, 30, 10]])) == pytest.approx([1, 0.5, 0])


def test_eileen_collins_is_found_by_her_head_and_nobody_else(people, astronaut):
    found = people.detect(astronaut)
    assert len(found) == 1
    assert found.scores[0] > 0.5
    x0, y0, x1, y1 = found.boxes[0]
    assert x0 < 222 < x1  # her nose is at (222, 128); the network's box begins at the eyes or below
    assert abs((y0 + y1) / 2 - 128) < (y1 - y0)
    hips, tip = found.axis[0]
    assert hips[1] > 450  # her hips are at the lower border or under it
    assert tip[1] < 60  # and the tip over her hair


@pytest.mark.parametrize("picture", ["cat", "coffee"])
def test_nobody_is_found_where_nobody_is(people, bodies, request, picture):
    image = request.getfixturevalue(picture)
    found = people.detect(image)
    assert len(found) == 0
    assert len(bodies.detect(image, found.axis)) == 0
