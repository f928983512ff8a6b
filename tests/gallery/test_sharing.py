"""One gallery for many threads and processes at once."""

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import mien
from mien.gallery.stores.records import NewFace
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
    """Whoever asks after she was forgotten and is answered before she is enrolled again gets no name."""
    faces = both.engine.embed(grace, both.engine.detect(grace))
    stop, trouble, names = threading.Event(), [], {True: set(), False: set()}
    moment = 0  # odd while she is forgotten

    def search():
        while not stop.is_set():
            before = moment
            try:
                name = both.recognise(faces).names[0]
            except Exception as error:  # noqa: BLE001 - any at all is the finding
                trouble.append(error)
                return
            if before == moment:
                names[bool(before % 2)].add(name)

    crew = [threading.Thread(target=search) for _ in range(3)]
    for one in crew:
        one.start()
    for _ in range(10):
        both.forget(GRACE)
        moment += 1
        time.sleep(0.02)  # a search takes 1 ms
        moment += 1
        both.enroll(GRACE, grace)
    stop.set()
    for one in crew:
        one.join()
    assert trouble == []
    assert names[True] == {None}
    assert GRACE in names[False]


def _enroll_many(path, prefix, together):
    with mien.open(path) as people:
        for i in range(30):
            together.wait(60)  # so that both write at the same moment each time
            vector = np.random.default_rng([ord(prefix), i]).standard_normal(128).astype(np.float32)
            face = NewFace({people.model: vector}, f"{i}.jpg", f"{prefix}{i}", (0, 0, 1, 1), 1.0)
            people.store.enroll(f"{prefix}{i}", [face])
            people.store.enroll("of both", [face])


def test_two_processes_enrolling_at_once_lose_nothing(people, path):
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    crew = [spawn.Process(target=_enroll_many, args=(path, prefix, together)) for prefix in "ab"]
    for one in crew:
        one.start()
    for one in crew:
        one.join(60)
        assert one.exitcode == 0
    faces = {person.name: person.faces for person in people.people()}
    assert faces == {f"{prefix}{i}": 1 for prefix in "ab" for i in range(30)} | {"of both": 60}
    both = [face.sha256 for face in people.faces("of both")]
    order = [[face for face in both if face.startswith(prefix)] for prefix in "ab"]
    assert order == [[f"{prefix}{i}" for i in range(30)] for prefix in "ab"]
