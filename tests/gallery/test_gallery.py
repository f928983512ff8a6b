"""A gallery from photographs to names, with real faces."""

import contextlib
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

import mien
from mien import Answer
from mien.faces import default_engine
from mien.gallery.stores.base import Model, NewFace
from mien.gallery.stores.sqlite import SQLiteStore
from mien.media import write_image

EILEEN, GRACE = "Eileen Collins", "Grace Hopper"


@pytest.fixture
def people(path):
    with mien.open(path) as opened:
        yield opened


@pytest.fixture
def both(people, astronaut, grace):
    people.enroll(EILEEN, astronaut)
    people.enroll(GRACE, grace)
    return people


@pytest.fixture(scope="session")
def lfw(request):
    """People of LFW with at least three photographs, as lists of paths."""
    root = request.getfixturevalue("shared") / "data/faces/lfw"
    folders = [sorted(folder.glob("*.jpg")) for folder in sorted(root.iterdir())]
    return [photographs for photographs in folders if len(photographs) >= 3]


def beside(*images):
    """Pictures side by side at a height of 400."""
    return np.hstack([cv2.resize(i, (round(i.shape[1] * 400 / i.shape[0]), 400)) for i in images])


def test_two_people_in_one_picture(both, astronaut, grace, cat):
    faces = both.identify(beside(grace[:, ::-1], cat, astronaut[:, ::-1]))
    left_to_right = faces[np.argsort(faces.boxes[:, 0])]
    assert left_to_right.names.tolist() == [GRACE, EILEEN]
    assert left_to_right.answers.tolist() == [Answer.MATCH, Answer.MATCH]
    assert faces.probabilities.min() > 0.99
    assert faces.similarities.min() > 0.8


def test_a_stranger_has_no_name(people, astronaut, grace):
    people.enroll(GRACE, grace)
    faces = people.identify(astronaut)
    assert faces.answers.tolist() == [Answer.NO_MATCH]
    assert faces.names.tolist() == [None]
    assert faces.candidates.tolist() == [GRACE]
    assert faces.probabilities[0] < 0.05


def test_an_empty_gallery_knows_nobody(people, grace):
    assert people.identify(grace).reasons.tolist() == ["nobody is enrolled"]


def test_a_face_too_small_to_tell(both, grace):
    scale = 19 / float(both.engine.detect(grace).widths[0])
    small = cv2.resize(grace, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    faces = both.identify(np.pad(small, ((99, 99), (99, 99), (0, 0))))
    assert faces.answers.tolist() == [Answer.CANNOT_SAY]
    assert "too small" in faces.reasons[0]


def test_one_person_under_two_names(both, grace):
    both.enroll("Admiral Hopper", grace[:, ::-1].copy())
    (reason,) = both.identify(grace).reasons
    assert "as much like" in reason
    assert GRACE in reason
    assert "Admiral Hopper" in reason


def test_photographs_of_other_days(people, lfw):
    """Ten people, the first two photographs enrolled, the third searched: 1 % of such are missed."""
    chosen = lfw[:100:10]
    for photographs in chosen:
        people.enroll(photographs[0].parent.name, photographs[:2], accept_poor=True)
    named = 0
    for photographs in chosen:
        faces = people.identify(photographs[2])
        name = photographs[0].parent.name
        named += name in faces.names.tolist()
        assert set(faces.names.tolist()) <= {None, name}
    assert named >= 9


def test_strangers_are_named_about_as_often_as_allowed(path, lfw):
    """FPIR 5 % asked, about 50 people, 120 strangers: 6 expected, more than 13 has a chance of 0.3 %.

    The table on the card was measured on these people too, so this only shows that it is applied; the bench
    measures it on people who are not in the table.
    """
    engine = default_engine()
    with mien.open(path, fpir=0.05) as people:
        for photographs in lfw[:60]:
            with contextlib.suppress(mien.NoFaceFound):  # several people in the picture
                people.enroll(photographs[0].parent.name, photographs[:1], accept_poor=True)
        assert len(people.people()) >= 45
        crops = []
        for photographs in lfw[60:180]:
            image = mien.read_image(photographs[0])
            faces = engine.detect(image)
            middle = np.array(image.shape[1::-1]) / 2
            face = faces[int(np.argmin(np.linalg.norm(faces.centres - middle, axis=1)))]
            crops.append(engine.embed(image, face))
        answers = people.recognise(mien.Faces.concatenate(crops)).answers.tolist()
    assert answers.count(Answer.MATCH) <= 13


def test_what_is_not_enrolled_and_why(people, grace, astronaut, cat, tmp_path):
    blurred = cv2.GaussianBlur(grace, (0, 0), 6)
    files = {"good": grace, "blurred": blurred, "two": beside(grace, grace), "cat": cat}
    for name, image in files.items():
        write_image(tmp_path / f"{name}.png", image)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    names = [*(f"{name}.png" for name in files), "good.png", "broken.jpg", "missing.jpg"]
    done = people.enroll(GRACE, [tmp_path / name for name in names])
    assert done.accepted == (str(tmp_path / "good.png"),)
    reasons = {source.rsplit("/", 1)[-1]: reason for source, reason in done.rejected}
    assert "blurred" in reasons["blurred.png"]
    assert "2 faces" in reasons["two.png"]
    assert reasons["cat.png"] == "no face found"
    assert reasons["good.png"] == "this picture is enrolled already"
    assert "broken.jpg" in reasons["broken.jpg"]
    assert "missing.jpg" in reasons["missing.jpg"]
    assert people.enroll(GRACE, tmp_path / "blurred.png", accept_poor=True).person.faces == 2


def test_nothing_usable_names_every_picture(people, cat, tmp_path):
    write_image(tmp_path / "cat.png", cat)
    with pytest.raises(mien.NoFaceFound, match=r"(?s)'Tom' was not enrolled.*cat\.png: no face found"):
        people.enroll("Tom", [tmp_path / "cat.png"])
    with pytest.raises(mien.NoFaceFound, match="no pictures were given"):
        people.enroll("Tom", [])
    assert people.people() == []


def test_another_opener_sees_changes_at_once(both, path, grace):
    with mien.open(path) as other:
        assert other.identify(grace).names.tolist() == [GRACE]
        both.rename(GRACE, "Grâce 🦉 Хоппер")
        assert other.identify(grace).names.tolist() == ["Grâce 🦉 Хоппер"]
        both.forget("Grâce 🦉 Хоппер")
        assert other.identify(grace).names.tolist() == [None]
        assert [person.name for person in other.people()] == [EILEEN]
        with pytest.raises(mien.PersonNotFound, match="Grâce"):
            other.forget("Grâce 🦉 Хоппер")


def test_threads_get_what_one_after_the_other_gets(both, astronaut, grace, cat):
    images = [astronaut, grace, cat, beside(astronaut, grace), grace[:, ::-1].copy()]

    def answer(image):
        faces = both.identify(image)
        return [faces.embeddings.tobytes(), faces.probabilities.tobytes(), faces.names.tolist()]

    serial = [answer(image) for image in images]
    with ThreadPoolExecutor(16) as pool:
        for found in [pool.map(answer, images) for _ in range(4)]:
            assert list(found) == serial


def test_forgetting_while_others_search(both, grace):
    faces = both.engine.embed(grace, both.engine.detect(grace))
    stop, trouble, after = threading.Event(), [], []

    def search():
        while not stop.is_set():
            try:
                both.recognise(faces)
            except Exception as error:  # noqa: BLE001 - any at all is the finding
                trouble.append(error)

    crew = [threading.Thread(target=search) for _ in range(3)]
    for one in crew:
        one.start()
    for _ in range(5):
        both.forget(GRACE)
        after.append(both.recognise(faces).names[0])
        both.enroll(GRACE, grace)
    stop.set()
    for one in crew:
        one.join()
    assert trouble == []
    assert after == [None] * 5


def _enroll_many(path, prefix):
    with mien.open(path) as people:
        for i in range(10):
            vector = np.random.default_rng([ord(prefix), i]).standard_normal(128).astype(np.float32)
            face = NewFace({people.model: vector}, f"{i}.jpg", f"{prefix}{i}", (0, 0, 1, 1), 1.0)
            people.store.enroll(f"{prefix}{i}", [face])


def test_two_processes_enrolling_at_once_lose_nothing(people, path):
    spawn = multiprocessing.get_context("spawn")
    crew = [spawn.Process(target=_enroll_many, args=(path, prefix)) for prefix in "ab"]
    for one in crew:
        one.start()
    for one in crew:
        one.join(60)
        assert one.exitcode == 0
    assert len(people.people()) == 20


def test_templates_of_another_model_are_refused(path):
    other = Model("other", "1", "c" * 64, 128)
    with SQLiteStore.open(path, create=True) as store:
        store.enroll("A", [NewFace({other: np.ones(128, np.float32)}, "a", "a", (0, 0, 1, 1), 1.0)])
    with pytest.raises(mien.ModelMismatch, match=r"other 1.*sface"):
        mien.open(path)


def test_an_impossible_rate_is_refused_at_once(path):
    with pytest.raises(mien.ArgumentError, match="between 0 and 1"):
        mien.open(path, fpir=1.5)


def test_answers_say_what_made_them(both, grace):
    found = both.identify(grace).provenance
    assert found["mien"] == mien.__version__
    assert found["gallery"]["people"] == 2
    assert found["gallery"]["fpir"] == 0.01
    assert 0.2 < found["gallery"]["threshold"] < 0.3
    assert found["embedder"]["sha256"] == both.engine.embedder.card.weights.sha256


def test_recognise_needs_embeddings(both, grace):
    with pytest.raises(mien.ArgumentError, match=r"engine\.embed"):
        both.recognise(both.engine.detect(grace))


def test_the_enrolled_face_is_recorded(both, path, grace, tmp_path):
    write_image(tmp_path / "g.png", grace)
    both.enroll("Again", tmp_path / "g.png")
    (face,) = both.faces("Again")
    assert face.source == str(tmp_path / "g.png")
    assert len(face.sha256) == 64
    assert face.quality > 0.9
    assert np.allclose(face.box, both.engine.detect(grace).boxes[0], atol=0.01)
