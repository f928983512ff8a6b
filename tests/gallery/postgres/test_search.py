"""The server's search: the same people in the same order as the search in memory, ties by key, with HNSW too."""

import numpy as np
import pytest

from mien.errors import ArgumentError, GalleryError
from mien.gallery.stores.postgres import PostgresStore
from mien.gallery.stores.records import Kind, NewFace
from mien.gallery.stores.sqlite import SQLiteStore


def filled(store, rows, model):
    store.enroll_many(
        (f"p{i}", [NewFace({model: row}, f"{i}.jpg", f"{i:064x}", (0, 0, 1, 1), 1.0)])
        for i, row in enumerate(rows)
    )


@pytest.fixture
def rows():
    """300 vectors, of which the last 100 are copies of one another or differ by less than float32 can sum."""
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((300, 128)).astype(np.float32)
    rows[200:250] = rows[0]
    rows[250:] = rows[1] + 1e-7 * rng.standard_normal((50, 128)).astype(np.float32)
    return rows


@pytest.fixture
def queries(rows):
    return np.concatenate([rows[:4], np.random.default_rng(6).standard_normal((20, 128))]).astype(np.float32)


@pytest.mark.parametrize("kind", list(Kind))
def test_answers_are_those_of_the_search_in_memory_to_the_bit(store, path, rows, queries, model, kind):
    with SQLiteStore.open(path, create=True) as other:
        filled(other, rows, model)
        filled(store, rows, model)
        for k in (1, 7, 60, 1000):
            keys, scores = store.searcher(model, kind).search(queries, k)
            expected, best = other.searcher(model, kind).search(queries, k)
            assert np.array_equal(keys, expected)
            assert np.array_equal(scores, best)  # both are `templates.cosines` of the same float32


def test_an_hnsw_index_is_used_and_its_answers_are_ranked_exactly(store, rows, queries, model):
    filled(store, rows, model)
    search = store.searcher(model, Kind.FACE)
    expected, best = search.search(queries, 5)
    store.make_index(model, Kind.FACE)
    store.make_index(model, Kind.FACE)  # anew
    keys, scores = search.search(queries, 5)
    # of 300 rows the index keeps 1,000 candidates: nothing can be missed
    assert np.array_equal(keys, expected)
    assert np.array_equal(scores, best)
    with store._pool.reading() as db:
        statement = search._statement(db, 1).replace("?", "(SELECT vec FROM templates LIMIT 1)", 1)
        plan = "\n".join(line for (line,) in db.execute(f"EXPLAIN {statement}", (5,)).fetchall())
    assert "hnsw_" in plan
    store.forget("p0")
    added = store.enroll("new", [NewFace({model: queries[9]}, "new", "", (0, 0, 1, 1), 1.0)])
    face = store.faces("new")[0].id
    assert search.search(queries[9:10], 1)[0].tolist() == [[face]]
    assert 1 not in search.search(queries[:1], 300)[0]
    assert added.name == "new"


def test_what_was_committed_is_seen_and_what_is_gone_is_not(store, make_face, model):
    search = store.searcher(model, Kind.PERSON)
    probe = make_face(1).embeddings[model][None]
    assert search.search(probe, 3)[0].shape == (1, 0)
    store.enroll("Ann", [make_face(1)])
    assert search.search(probe, 3)[0].shape == (1, 1)
    store.forget("Ann")
    assert search.search(probe, 3)[0].shape == (1, 0)


def test_a_sealed_gallery_has_no_vector_on_the_server_and_is_searched_in_memory(
    postgres_url, admin, make_face, model
):
    with PostgresStore.open(postgres_url, create=True, key=b"k" * 32) as store:
        store.enroll("Ann", [make_face(1)])
        number = store._pool.gallery
        for table in ("templates", "means"):
            found = admin.execute(f"SELECT vec, exact FROM mien.{table} WHERE gallery = {number}").fetchall()
            assert [row[0] for row in found] == [None]
            plain = store.fetch(model, Kind.FACE, [1]).exact.tobytes()
            assert plain[:16] not in bytes(found[0][1])
        keys, scores = store.searcher(model, Kind.PERSON).search(make_face(1).embeddings[model][None], 1)
        assert keys.tolist() == [[1]]
        assert scores[0, 0] == pytest.approx(1, abs=1e-6)
        with pytest.raises(GalleryError, match="sealed"):
            store.make_index(model, Kind.PERSON)


def test_what_cannot_be_searched_for_is_named(store, make_face, model):
    store.enroll("Ann", [make_face(1)])
    search = store.searcher(model, Kind.PERSON)
    with pytest.raises(ArgumentError, match="expected 128"):
        search.search(np.ones((1, 64)), 1)
    with pytest.raises(ArgumentError, match="k is 0"):
        search.search(np.ones((1, 128)), 0)
    assert search.search(np.ones((0, 128)), 3)[0].shape[0] == 0
