"""The extractors of poses and hands, over the frames of a real signer: whose rows they give, and when."""

from dataclasses import replace

import numpy as np
import pytest

from mien.faces.detect import Detector
from mien.features.extractor import View
from mien.features.extractors.hands import HANDS, HandsExtractor
from mien.features.extractors.pose import PATIENCE, POSE, PoseExtractor
from mien.types import Faces


@pytest.fixture(scope="module", autouse=True)
def _weights(shared):
    folder = shared / "models"
    if not (folder / "mediapipe-0.10.21").is_dir():
        pytest.skip(f"MediaPipe's networks are not in {folder}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_MODELS", str(folder))
        yield


@pytest.fixture(scope="module")
def views(shared):
    """Every fourth frame of the first second, as views with one followed face."""
    from mien.media import read_frames

    detector = Detector()
    frames = list(read_frames(shared / "data/sign/clips/FOOTBALL.mp4", every=4))[:8]
    found = [detector.detect(frame.image, search_orientation=False).largest() for frame in frames]
    return [View(frame, face, np.array([3], np.int32)) for frame, face in zip(frames, found, strict=True)]


def nobody(view):
    """The same frame, in which no face was found."""
    return replace(view, faces=Faces.empty(), tracks=np.zeros(0, np.int32))


def run(pose, hands, views):
    """The rows of both families for each view."""
    tables = []
    for view in views:
        own = pose.see(view)
        tables.append((own, hands.see(replace(view, rows={"pose": own}))))
    return tables


def same(tables, others):
    return all(
        np.array_equal(one[name], other[name], equal_nan=True)
        for pair, pair_there in zip(tables, others, strict=True)
        for one, other in zip(pair, pair_there, strict=True)
        for name in one
    )


@pytest.fixture(scope="module")
def tables(views):
    return run(PoseExtractor(), HandsExtractor(), views)


def test_rows_have_the_columns_of_their_family(tables):
    for family, table in zip((POSE, HANDS), tables[0], strict=True):
        assert set(table) == {"track", *(column.name for column in family.columns)}
        for column in family.columns:
            assert table[column.name].dtype == column.dtype, column.name
            assert table[column.name].shape == (1, *column.shape), column.name
        assert table["track"].dtype == np.int32
        assert table["track"].tolist() == [3]


def test_the_signer_and_her_hands_are_found_throughout(tables):
    assert all(pose["presence"][0] > 0.9 for pose, _ in tables)
    assert all(hands["left_score"][0] > 0.5 and hands["right_score"][0] > 0.5 for _, hands in tables)
    wrist = np.array([pose["points"][0, 15, :2] - hands["left"][0, 0, :2] for pose, hands in tables])
    assert np.linalg.norm(wrist, axis=-1).max() < 25  # a fifth of her shoulder width of 120 pixels
    assert not any(hands["left_filled"][0] for _, hands in tables)


def test_a_run_that_was_interrupted_gives_the_same_rows(views, tables):
    pose, hands = PoseExtractor(), HandsExtractor()
    run(pose, hands, views[:4])
    states = [{name: array.copy() for name, array in one.state().items()} for one in (pose, hands)]
    pose, hands = PoseExtractor(), HandsExtractor()
    pose.resume(states[0])
    hands.resume(states[1])
    assert same(run(pose, hands, views[4:]), tables[4:])


def test_an_empty_state_is_resumed_from(views, tables):
    pose, hands = PoseExtractor(), HandsExtractor()
    pose.resume(pose.state())
    hands.resume(hands.state())
    assert same(run(pose, hands, views[:1]), tables[:1])


def test_the_same_people_on_several_threads_give_the_same_rows(views, tables):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:

        def spread(work, things):
            return list(pool.map(work, things))

        found = run(PoseExtractor(), HandsExtractor(), [replace(view, spread=spread) for view in views[:2]])
    assert same(found, tables[:2])


def test_without_faces_there_are_no_rows(views):
    pose, hands = run(PoseExtractor(), HandsExtractor(), [nobody(views[0])])[0]
    for family, table in ((POSE, pose), (HANDS, hands)):
        assert set(table) == {"track", *(column.name for column in family.columns)}
        assert all(table[column.name].shape == (0, *column.shape) for column in family.columns)


@pytest.mark.parametrize("picture", ["cat", "coffee"])
def test_a_face_that_is_none_has_no_body(request, views, picture):
    image = request.getfixturevalue(picture)
    view = replace(views[0], frame=replace(views[0].frame, image=image))  # her face, on a cat
    assert len(PoseExtractor().see(view)["track"]) == 0


def test_a_body_goes_on_while_its_face_is_covered_but_not_for_long(views):
    pose = PoseExtractor()
    pose.see(views[0])
    start = views[0].frame.time
    for later, rows in ((0.1, 1), (0.9 * PATIENCE, 1), (1.1 * PATIENCE, 0), (1.2 * PATIENCE, 0)):
        view = nobody(views[0])
        found = pose.see(replace(view, frame=replace(view.frame, time=start + later)))
        assert len(found["track"]) == rows


def test_at_a_cut_all_are_forgotten(views):
    pose, hands = PoseExtractor(), HandsExtractor()
    run(pose, hands, views[:1])
    assert len(pose.see(replace(nobody(views[1]), cut=True))["track"]) == 0
    run(pose, hands, views[:1])
    alone = run(PoseExtractor(), HandsExtractor(), [replace(views[1], cut=True)])
    assert same(run(pose, hands, [replace(views[1], cut=True)]), alone)


def test_between_looks_no_new_body_is_searched(views):
    assert len(PoseExtractor().see(replace(views[0], looked=False))["track"]) == 0


def test_a_body_passes_to_the_new_track_of_its_face(views):
    pose = PoseExtractor()
    pose.see(views[0])
    found = pose.see(replace(views[1], tracks=np.array([8], np.int32)))
    assert found["track"].tolist() == [8]
    assert pose.see(nobody(views[2]))["track"].tolist() == [8]


def test_two_people_keep_their_own_bodies(views):
    """The signer beside herself, mirrored: one picture of 1280 x 360."""
    pose, hands = PoseExtractor(), HandsExtractor()
    for view in views[:3]:
        image, faces = view.frame.image, view.faces
        both = np.hstack([image, image[:, ::-1]])
        there = faces.having(
            boxes=(1280 - faces.boxes[:, [2, 1, 0, 3]]) * [1, 0, 1, 0] + faces.boxes * [0, 1, 0, 1],
            keypoints=faces.keypoints[:, [1, 0, 2, 4, 3]] * [-1, 1] + [1280, 0],
        )
        pair = replace(
            view,
            frame=replace(view.frame, image=both),
            faces=Faces.concatenate([there, faces]),
            tracks=np.array([9, 2], np.int32),
        )
        own = pose.see(pair)
        found = hands.see(replace(pair, rows={"pose": own}))
        assert own["track"].tolist() == found["track"].tolist() == [2, 9]
        noses = own["points"][:, 0, 0]
        assert noses[0] == pytest.approx(faces.keypoints[0, 2, 0], abs=15)
        assert noses[1] == pytest.approx(1280 - faces.keypoints[0, 2, 0], abs=15)
        assert (found["left"][0, :, 0] < 640).all()
        assert (found["left"][1, :, 0] > 640).all()


def test_facts_name_the_models_and_are_plain():
    import json

    for extractor in (PoseExtractor(), HandsExtractor(), HandsExtractor("hands-lite")):
        facts = json.loads(json.dumps(extractor.facts))
        assert all(len(model["sha256"]) == 64 for model in facts["models"])
    assert HandsExtractor("hands-lite").facts != HandsExtractor().facts
