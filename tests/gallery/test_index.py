"""The index shows what the store holds, at once, in every process, and from the sidecar as from the store."""

import logging
import multiprocessing
import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest

from mien.gallery import index as index_module
from mien.gallery import repair, sidecar
from mien.gallery.stores.records import Kind
from mien.gallery.stores.sqlite import SQLiteStore


@pytest.fixture
def often(monkeypatch):
    """Every other change writes a new sidecar."""
    monkeypatch.setattr(index_module, "FEW", 1)


def opened(store, model, kind=Kind.PERSON):
    """A new index of the store, as a gallery opens it."""
    return store.searcher(model, kind)


def nearest(index, face, model):
    """(key, cosine) of the nearest template to a face."""
    keys, scores = index.search(face.embeddings[model][None], 1)
    return int(keys[0, 0]), float(scores[0, 0])


def test_changes_of_one_store_are_seen_by_indexes_of_another(path, store, make_face, model):
    index = opened(store, model)
    assert len(index) == 0
    with SQLiteStore.open(path) as other:
        ada = other.enroll("Ada", [make_face(1)])
        assert nearest(index, make_face(1), model)[0] == ada.id
        grace = other.enroll("Grace", [make_face(2)])
        assert nearest(index, make_face(2), model) == (grace.id, pytest.approx(1, abs=1e-3))
        other.add_faces(grace.id, [make_face(3)])
        assert nearest(index, make_face(3), model)[1] == pytest.approx(0.5**0.5, abs=0.1)
        other.forget("Grace")
        assert nearest(index, make_face(2), model)[0] == ada.id
        assert len(index) == 1


def test_changes_of_another_process_are_seen(path, store, make_face, model):
    index = opened(store, model)
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=enroll_elsewhere, args=(path, make_face(1)))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert nearest(index, make_face(1), model) == (1, pytest.approx(1, abs=1e-3))


def enroll_elsewhere(path, face):
    with SQLiteStore.open(path) as store:
        store.enroll("Ada", [face])


@pytest.mark.parametrize("kind", Kind)
def test_from_the_sidecar_come_the_same_bits_as_from_the_store(often, path, store, make_face, model, kind):
    store.enroll_many((f"p{i}", [make_face(2 * i), make_face(2 * i + 1)]) for i in range(50))
    written = opened(store, model, kind)
    mapped = opened(store, model, kind)
    store.enroll("later", [make_face(500)])
    sidecar.path_of(path, model, kind).unlink()
    read = opened(store, model, kind)
    queries = np.random.default_rng(0).standard_normal((20, 128))
    answers = [index.search(queries, 7) for index in (written, mapped, read)]
    for keys, scores in answers[1:]:
        assert np.array_equal(keys, answers[0][0])
        assert np.array_equal(scores, answers[0][1])


def test_small_galleries_stay_one_file(path, store, make_face, model):
    store.enroll("Ada", [make_face(1)])
    index = opened(store, model)
    assert nearest(index, make_face(1), model)[0] == 1
    assert not index.provenance["sidecar"]
    assert not list(path.parent.glob("*index*"))


def damaged(content: bytes) -> dict[str, bytes]:
    middle = len(content) // 2
    return {
        "empty": b"",
        "cut": content[:middle],
        "longer": content + b"\0" * 64,
        "foreign": b"\xff\xd8\xff\xe0" + content[4:],
        "header": content[:60] + b"\xff" + content[61:],
    }


@pytest.mark.parametrize("harm", ["empty", "cut", "longer", "foreign", "header", "folder"])
def test_a_damaged_sidecar_is_replaced(often, path, store, make_face, model, harm):
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(20))
    opened(store, model)
    file = sidecar.path_of(path, model, Kind.PERSON)
    content = file.read_bytes()
    file.unlink()
    if harm == "folder":
        file.mkdir()
    else:
        file.write_bytes(damaged(content)[harm])
    index = opened(store, model)
    assert nearest(index, make_face(7), model) == (8, pytest.approx(1, abs=1e-3))
    assert index.provenance["sidecar"] == (harm != "folder")
    assert bool(index.provenance["trouble"]) == (harm == "folder")


def test_a_gallery_put_back_to_an_older_state_is_not_mistaken_for_the_newer(often, path, make_face, model):
    copy = path.with_name("copy")
    with SQLiteStore.open(path, create=True) as store:
        store.enroll_many((f"p{i}", [make_face(i)]) for i in range(20))
    shutil.copy(path, copy)
    with SQLiteStore.open(path) as store:
        store.enroll_many((f"q{i}", [make_face(100 + i)]) for i in range(20))
        assert opened(store, model).provenance["sidecar"]
    shutil.copy(copy, path)
    with SQLiteStore.open(path) as store:  # now with another history up to the same number of changes
        store.enroll_many((f"r{i}", [make_face(200 + i)]) for i in range(30))
        index = opened(store, model)
        assert nearest(index, make_face(205), model) == (26, pytest.approx(1, abs=1e-3))
        assert nearest(index, make_face(105), model)[1] < 0.6


def test_a_sidecar_of_another_gallery_is_not_used(often, path, make_face, model):
    other = path.with_name("other.mien")
    for name, first in ((path, 0), (other, 100)):
        with SQLiteStore.open(name, create=True) as store:
            store.enroll_many((f"p{i}", [make_face(first + i)]) for i in range(20))
            opened(store, model)
    shutil.copy(sidecar.path_of(other, model, Kind.PERSON), sidecar.path_of(path, model, Kind.PERSON))
    with SQLiteStore.open(path) as store:
        assert nearest(opened(store, model), make_face(3), model) == (4, pytest.approx(1, abs=1e-3))


def test_where_no_file_can_be_written_the_matrix_is_in_memory_and_says_so(
    often, store, make_face, model, monkeypatch, caplog
):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(20))
    monkeypatch.setattr(sidecar, "reserve", refuse)
    with caplog.at_level(logging.WARNING):
        index = opened(store, model)
        store.enroll_many((f"q{i}", [make_face(100 + i)]) for i in range(20))
        assert nearest(index, make_face(105), model)[0] == 26
    assert len(caplog.records) == 1
    assert not index.provenance["sidecar"]
    assert "Permission denied" in index.provenance["trouble"]


def test_a_writer_that_dies_leaves_nothing_that_stays(often, path, store, make_face, model):
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(20))
    left = sidecar.reserve(sidecar.path_of(path, model, Kind.PERSON))
    left.write_bytes(store.fetch(model, Kind.PERSON, [1]).exact.tobytes())
    store.forget("p0")
    assert not left.exists()


def test_who_is_forgotten_while_a_sidecar_is_written_is_not_in_it(
    often, path, store, make_face, model, monkeypatch
):
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(20))
    trace = store.fetch(model, Kind.PERSON, [1]).exact.tobytes()
    write = sidecar.write

    def forget_first(*args):
        store.forget("p0")  # between the writer's reading of the changes and its renaming
        write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(sidecar, "write", forget_first)
        index = opened(store, model)
    assert not any(trace in file.read_bytes() for file in path.parent.iterdir())
    assert len(index) == 19


def test_threads_share_an_index_while_people_come_and_go(often, store, make_face, model):
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(50))
    index = opened(store, model)
    queries = np.stack([make_face(i).embeddings[model] for i in range(50)])
    wrong, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            keys, scores = index.search(queries, 1)
            if keys[:, 0].tolist() != list(range(1, 51)) or scores.min() < 0.999:
                wrong.append(keys)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(15):
        store.enroll(f"q{i}", [make_face(100 + i)])
        store.forget(f"q{i}")
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_sixteen_threads_get_the_answers_of_a_serial_run(store, make_face, model):
    store.enroll_many((f"p{i}", [make_face(i)]) for i in range(200))
    index = opened(store, model)
    queries = np.random.default_rng(1).standard_normal((50, 1, 128))
    serial = [index.search(query, 3) for query in queries]
    found = [[] for _ in range(16)]

    def work(mine):
        mine.extend(index.search(query, 3) for query in queries)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine in found:
        assert all(
            np.array_equal(a, b) for x, y in zip(mine, serial, strict=True) for a, b in zip(x, y, strict=True)
        )


def test_renaming_costs_the_index_nothing(store, make_face, model):
    store.enroll("Ada", [make_face(1)])
    index = opened(store, model)
    before = index._view.search.blocks
    repair.name(store, "Ada", "Ada Lovelace")
    assert nearest(index, make_face(1), model)[0] == 1
    after = index._view.search.blocks
    assert [len(block) for block in after] == [len(block) for block in before]


def test_another_model_is_another_index(often, path, store, make_face, model):
    other = replace(model, name="other", sha256="cd" * 32, dim=16)
    store.enroll_many((f"p{i}", [make_face(i), make_face(i, other)]) for i in range(10))
    assert [len(opened(store, m)) for m in (model, other)] == [10, 10]
    assert opened(store, other).search(np.ones((1, 16)), 2)[0].shape == (1, 2)
    assert len(list(path.parent.glob("*-index-person-*"))) == 2
