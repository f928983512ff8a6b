"""Detection at any size and in any picture."""

import time

import cv2
import numpy as np
import pytest

from mien import ArgumentError
from mien.faces import Detector
from mien.faces.detect import TILE
from mien.faces.yunet import iou
from mien.media import read_image
from tests.faces.conftest import turned


def test_the_packaged_faces(engine, astronaut, grace, cat, coffee):
    assert [len(engine.detect(image)) for image in (astronaut, grace, cat, coffee)] == [1, 1, 0, 0]


def test_every_nose_of_the_group_photos_is_in_a_box(engine, shared):
    import json

    folder = shared / "data/faces/group_photos"
    missed = found = 0
    for name, noses in json.loads((folder / "noses.json").read_text()).items():
        image = read_image(folder / name)
        if max(image.shape) > 3000:
            continue  # the large ones take seconds; `test_a_face_that_fills_a_large_picture` stands for them
        boxes = engine.detect(image).boxes
        for x, y in noses:
            inside = (boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])
            missed += not inside.any()
        found += len(noses)
    assert found >= 35
    assert missed == 0


def placed(image, box, width, size, corner):
    """The head around a box so that the face has this width, on a grey canvas of size (h, w)."""
    scale = width / (box[2] - box[0])
    margin = (box[2] - box[0]) * 0.7
    x0, y0, x1, y1 = (int(v) for v in (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin))
    head = image[max(y0, 0) : y1, max(x0, 0) : x1]
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    head = cv2.resize(head, None, fx=scale, fy=scale, interpolation=mode)
    canvas = np.full((*size, 3), 127, np.uint8)
    y, x = corner
    canvas[y : y + head.shape[0], x : x + head.shape[1]] = head
    return canvas, np.array([x, y, x + head.shape[1], y + head.shape[0]])


# Corners: inside one tile, across the border of two and of four (tiles are 1,920 px apart by 1,680 here).
@pytest.mark.parametrize("corner", [(500, 700), (900, 1900), (1670, 1900)])
def test_a_face_of_24_pixels_in_12_megapixels(engine, grace, corner):
    box = engine.detect(grace).boxes[0]
    canvas, place = placed(grace, box, 26, (3000, 4000), corner)
    faces = engine.detect(canvas)
    assert len(faces) == 1  # once, though several tiles show it
    x, y = faces.centres[0]
    assert place[0] < x < place[2]
    assert place[1] < y < place[3]


# Where a tile shows half of the face, which by itself looks like a face of 100 to 220 pixels.
@pytest.mark.parametrize(
    ("width", "corner"),
    [(230, (1642, 1625)), (300, (1503, 1624)), (300, (1492, 1304)), (400, (1253, 1430)), (400, (1240, 1135))],
)
def test_a_face_across_tiles_is_found_once_and_whole(engine, astronaut, width, corner):
    box = engine.detect(astronaut).boxes[0]
    canvas, _ = placed(astronaut, box, width, (3000, 4000), corner)
    faces = engine.detect(canvas)
    assert len(faces) == 1
    # Different passes put the box a tenth apart.
    assert abs(faces.widths[0] / width - 1) < 0.15


def test_no_size_of_face_falls_between_the_passes_of_a_panorama(engine, astronaut):
    """320 pixels: too large for the tiles, and 13 pixels where 16,000 are shrunk to 640."""
    box = engine.detect(astronaut).boxes[0]
    canvas, _ = placed(astronaut, box, 320, (1000, 16_000), (100, 5000))
    faces = engine.detect(canvas)
    assert len(faces) == 1
    assert abs(faces.widths[0] / 320 - 1) < 0.15


def test_no_pass_is_larger_than_a_tile(engine, cat, monkeypatch):
    """That bounds the network's memory: six tiles, a coarse and a small pass at each of four orientations."""
    sizes = []
    look = Detector.look

    def watched(self, image, min_score=0.1):
        sizes.append(max(image.shape[:2]))
        return look(self, image, min_score)

    monkeypatch.setattr(Detector, "look", watched)
    engine.detect(cv2.resize(cat, (5000, 2500)))
    assert len(sizes) >= 4 * 8
    assert max(sizes) <= TILE


def test_neither_the_cat_nor_the_coffee_is_a_face_at_any_angle(engine, cat, coffee):
    for image in (cat, coffee):
        for angle in range(0, 360, 45):
            assert len(engine.detect(turned(image, angle))) == 0, angle


def test_a_strip_in_which_no_face_fits_takes_no_time(engine):
    """Searched tile by tile it took 6 s for each million pixels of length."""
    began = time.process_time()
    for shape in ((1, 3_000_000), (3_000_000, 15)):
        assert len(engine.detect(np.zeros((*shape, 3), np.uint8))) == 0
    assert time.process_time() - began < 1


def test_many_faces_are_all_found_and_none_twice(engine, grace):
    head = cv2.resize(grace[50:330, 130:400], (80, 84))
    assert len(engine.detect(np.tile(head, (10, 20, 1)))) == 200


def test_faces_at_the_border(engine, grace):
    """Grace Hopper without the left half of her face, without her brow, without her chin."""
    x0, y0, x1, y1 = engine.detect(grace).boxes[0].astype(int)
    for cut in (grace[:, (x0 + x1) // 2 :], grace[y0 + (y1 - y0) // 4 :], grace[: y1 - (y1 - y0) // 5]):
        faces = engine.detect(cut)
        assert len(faces) == 1
        assert np.isfinite(engine.embed(cut, faces).embeddings).all()


@pytest.mark.parametrize("width", [0, -1, float("nan")])
def test_a_smallest_face_of_no_width_is_refused(engine, grace, width):
    with pytest.raises(ArgumentError, match="min_face"):
        engine.detect(grace, min_face=width)


def test_a_face_that_fills_a_large_picture(engine, astronaut):
    box = engine.detect(astronaut).boxes[0]
    canvas, _ = placed(astronaut, box, 1500, (4200, 4200), (0, 0))
    faces = engine.detect(canvas)
    assert len(faces) >= 1
    # 1,500 px within a tenth.
    assert abs(faces.largest().widths[0] - 1500) < 150


def test_a_covered_face_that_only_a_smaller_picture_shows(engine, shared):
    image = read_image(shared / "data/faces/rotate_mask/mask.png")
    assert not len(engine.detector.once(image))  # 0.597 at its own size, below 0.6
    assert len(engine.detect(image)) == 1


@pytest.mark.parametrize(("name", "quarter", "count"), [("013_4.jpg", 0, 4), ("015_6.jpg", 1, 6)])
def test_boxes_come_best_first_and_do_not_overlap(engine, shared, name, quarter, count):
    """Scores change where faces are looked at again, and more so where the picture lies on its side."""
    image = read_image(shared / "data/faces/group_photos" / name)
    faces = engine.detect(np.rot90(image, quarter).copy())
    assert len(faces) == count
    assert np.all(np.diff(faces.scores) <= 0)
    for i, box in enumerate(faces.boxes):
        assert iou(box, np.delete(faces.boxes, i, axis=0)).max() <= 0.3


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (np.zeros((4, 4), np.uint8), r"uint8 \(4, 4\)"),
        (np.zeros((4, 4, 4), np.uint8), r"uint8 \(4, 4, 4\)"),
        (np.zeros((4, 4, 3), np.float32), r"float32 \(4, 4, 3\)"),
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
        ("photo.jpg", "str"),
    ],
)
def test_what_is_no_image_is_named(engine, image, told):
    with pytest.raises(ArgumentError, match=told):
        engine.detect(image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 20_000), (20_000, 1), (7, 3), (480, 640)])
@pytest.mark.parametrize("grey", [0, 255])
def test_odd_and_empty_pictures_have_no_faces(engine, shape, grey):
    image = np.full((*shape, 3), grey, np.uint8)
    faces = engine.embed(image, engine.detect(image))
    assert len(faces) == 0
    assert faces.embeddings.shape == (0, 128)
    assert faces.quality.shape == faces.issues.shape == (0,)
