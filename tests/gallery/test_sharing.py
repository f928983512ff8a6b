"""One gallery for many threads and processes at once."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import mien
from mien.gallery.stores.base import NewFace
from tests.gallery.conftest import EILEEN, GRACE, beside


def _answers(path, embeddings, pipe):
    """In another process: the name for the embeddings at each message, until there is none."""
    with mien.open(path) as people:
        zero = np.zeros(1, np.float32)
        faces = mien.Faces(np.ones((1, 4), np.float32), np.zeros((1, 5, 2), np.float32), zero, zero)
        faces = faces.having(embeddings=embeddings)
        pipe.send("open")
        while pipe.recv():
            pipe.send(people.recognise(faces).names[0])


def test_another_process_sees_changes_at_once(both, path, grace):
    embeddings = both.engine.embed(grace, both.engine.detect(grace)).embeddings
    here, there = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_answers, args=(path, embeddings, there))
    child.start()
    assert here.recv() == "open"

    def name():
        here.send(True)
        assert here.poll(30)
        return here.recv()

    assert name() == GRACE
    both.rename(GRACE, "Amazing Grace")
    assert name() == "Amazing Grace"
    both.forget("Amazing Grace")
    assert name() is None
    both.enroll("Hopper", grace)
    assert name() == "Hopper"
    here.send(False)
    child.join(30)
    assert child.exitcode == 0


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
