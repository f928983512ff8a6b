"""The search gives what comparing everything with everything gives, whatever was added and removed."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.errors import ArgumentError
from mien.gallery import search as module
from mien.gallery.search import ExactSearch
from mien.gallery.templates import cosines, encode, unit

DIM = 128


def vectors(n: int, seed: int, dim: int = DIM) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


def brute(rows: dict[int, np.ndarray], queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The same answer in the plainest way: all cosines of the float16 rows, sorted."""
    keys = np.array(sorted(rows), np.int64)
    half = encode(np.stack([rows[key] for key in keys.tolist()]))[0]
    scores = np.stack([cosines(half, query) for query in unit(queries)])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return keys[order], np.take_along_axis(scores, order, axis=1)


def assert_same(found, expected):
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])


@pytest.fixture
def small_blocks(monkeypatch):
    """Block, group and re-rank borders every few rows, so that small galleries cross them."""
    monkeypatch.setattr(module, "BLOCK", 8)
    monkeypatch.setattr(module, "SHORT", 8)
    monkeypatch.setattr(module, "GROUP", 2)
    monkeypatch.setattr(module, "RERANK", 4)


@pytest.mark.parametrize("dim", [1, 2, 3, 7, 128, 513])
@pytest.mark.parametrize("k", [1, 5, 200])
def test_answers_are_those_of_brute_force_at_any_width(dim, k):
    rows = dict(enumerate(vectors(150, 0, dim)))
    search = ExactSearch(dim)
    search.add(list(rows), np.stack(list(rows.values())))
    queries = vectors(9, 1, dim)
    assert_same(search.search(queries, k), brute(rows, queries, k))


def test_the_best_of_20_000_is_always_found_and_equals_float64():
    # 4,000 people with five photographs each, as in a real gallery: close rows are what int8 confuses.
    rng = np.random.default_rng(2)
    people = unit(rng.standard_normal((4000, DIM)))
    rows = unit(np.repeat(people, 5, axis=0) + 0.06 * rng.standard_normal((20000, DIM)))
    queries = unit(people[:300] + 0.06 * rng.standard_normal((300, DIM)))
    search = ExactSearch(DIM)
    search.add(np.arange(20000), rows)
    keys, scores = search.search(queries, 5)
    stored = rows.astype(np.float32).astype(np.float64)
    exact = queries @ (stored / np.linalg.norm(stored, axis=1, keepdims=True)).T
    assert np.array_equal(keys[:, 0], exact.argmax(axis=1))
    assert np.abs(scores - -np.sort(-exact, axis=1)[:, :5]).max() < 1e-7  # float32 keeps 6e-8
    assert (keys // 5 == np.arange(300)[:, None]).mean() > 0.99


def test_rows_that_int8_cannot_tell_apart_come_in_their_exact_order():
    rng = np.random.default_rng(3)
    base = unit(rng.standard_normal((1, DIM)))
    rows = dict(enumerate((base + 1e-3 * rng.standard_normal((3000, DIM))).astype(np.float32)))
    search = ExactSearch(DIM)
    search.add(list(rows), np.stack(list(rows.values())))
    assert_same(search.search(base, 50), brute(rows, base, 50))


def test_equal_cosines_are_ordered_by_key():
    search = ExactSearch(DIM)
    keys = np.random.default_rng(4).permutation(500)
    search.add(keys, np.repeat(vectors(1, 5), 500, axis=0))
    found, scores = search.search(vectors(1, 6), 7)
    assert found.tolist() == [[0, 1, 2, 3, 4, 5, 6]]
    assert len(np.unique(scores)) == 1


changes = st.lists(
    st.tuples(
        st.booleans(), st.lists(st.integers(0, 40), min_size=1, max_size=12, unique=True), st.integers(0, 99)
    ),
    max_size=25,
)


@given(changes, st.integers(1, 12))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_order_of_adding_replacing_and_removing_is_visible_at_once(steps, k):
    with pytest.MonkeyPatch.context() as patch:
        for name, rows in (("BLOCK", 8), ("SHORT", 8), ("GROUP", 2), ("RERANK", 4)):
            patch.setattr(module, name, rows)
        search, model = ExactSearch(5), {}
        query = vectors(2, 7, 5)
        for adding, keys, seed in steps:
            if adding:
                rows = vectors(len(keys), seed, 5)
                search.add(keys, rows)
                model |= dict(zip(keys, rows, strict=True))
            else:
                search.remove(keys)
                model = {key: row for key, row in model.items() if key not in keys}
            assert len(search) == len(model)
            if model:
                assert_same(search.search(query, k), brute(model, query, k))
            else:
                assert search.search(query, k)[0].shape == (2, 0)
        assert (
            sum(len(block) for block in search.blocks) <= 2 * len(model) + 2 * 8
        )  # removed rows do not pile up


def test_removed_rows_stay_out_when_few_groups_hold_anything(small_blocks):
    search = ExactSearch(DIM)
    rows = vectors(400, 8)
    search.add(np.arange(400), rows)
    keep = [0, 1, 2, 3, 50, 51]
    search.remove([key for key in range(400) if key not in keep])
    assert sorted(search.search(rows[:1], 6)[0][0].tolist()) == keep


def test_threads_that_search_while_others_add_get_the_bits_of_a_serial_run(small_blocks):
    rows, queries = vectors(300, 9), vectors(20, 10)
    search = ExactSearch(DIM)
    search.add(np.arange(100), rows[:100])
    allowed = []  # the answers after each change, made serially
    mirror = ExactSearch(DIM)
    for end in range(100, 301, 10):
        if end > 100:
            mirror.add(np.arange(end - 10, end), rows[end - 10 : end])
        else:
            mirror.add(np.arange(100), rows[:100])
        allowed.append(tuple(array.tobytes() for array in mirror.search(queries, 3)))
    seen, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            seen.append(tuple(array.tobytes() for array in search.search(queries, 3)))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for end in range(110, 301, 10):
        search.add(np.arange(end - 10, end), rows[end - 10 : end])
    stop.set()
    for thread in threads:
        thread.join()
    assert len(seen) >= 4
    assert set(seen) <= set(allowed)
    assert tuple(array.tobytes() for array in search.search(queries, 3)) == allowed[-1]


def test_a_change_is_seen_wholly_or_not_at_all():
    # Key 0 is replaced again and again; a search that saw the removal alone would find nothing.
    search = ExactSearch(DIM)
    rows = vectors(2, 11)
    search.add([0], rows[:1])
    lengths, stop = set(), threading.Event()

    def look():
        while not stop.is_set():
            lengths.add(search.search(rows[:1], 1)[0].shape)

    thread = threading.Thread(target=look)
    thread.start()
    for i in range(500):
        search.add([0], rows[i % 2 :][:1])
    stop.set()
    thread.join()
    assert lengths == {(1, 1)}


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda s: s.search(np.ones((1, 3)), 1), "3 components; expected 128"),
        (lambda s: s.search(np.ones((1, DIM)), 0), "k is 0"),
        (lambda s: s.search(np.zeros((1, DIM)), 1), "not zero"),
        (lambda s: s.add([1, 1], np.ones((2, DIM))), "only once"),
        (lambda s: s.add([-1], np.ones((1, DIM))), "0 or more"),
        (lambda s: s.add([1], np.ones((1, 3))), r"expected \(1, 128\)"),
        (lambda s: s.add([1, 2], np.ones((1, DIM))), r"expected \(2, 128\)"),
    ],
)
def test_wrong_arguments_are_named(call, told):
    search = ExactSearch(DIM)
    search.add([5], np.ones((1, DIM)))
    with pytest.raises(ArgumentError, match=told):
        call(search)
    assert len(search) == 1


def test_an_empty_search_and_no_queries_give_empty_answers():
    search = ExactSearch(DIM)
    assert search.search(np.ones((2, DIM)), 3)[0].shape == (2, 0)
    search.add([5], np.ones((1, DIM)))
    assert search.search(np.empty((0, DIM)), 3)[1].shape == (0, 1)
    search.remove([99])
    assert len(search) == 1
