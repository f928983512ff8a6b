"""The feature cache: whole chunks or none, for any number of processes, within its size."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest

from mien.errors import MienError
from mien.features import store
from mien.features.store import Entry, entries, prune


@pytest.fixture(autouse=True)
def _empty(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))


def numbers(count, start=0):
    return pa.table({"frame": np.arange(start, start + count)})


def filled(medium="m" * 64, chunks=3, rows=10, **facts):
    entry = Entry(medium, "mesh", facts)
    for chunk in range(chunks):
        entry.commit(chunk, numbers(rows, chunk * rows), b"after %d" % chunk)
    return entry


def test_chunks_come_back_in_order():
    entry = filled()
    assert entry.count == 3
    assert [entry.table(i)["frame"][0].as_py() for i in range(3)] == [0, 10, 20]
    assert entry.finished is None
    entry.finish({"chunks": 3, "notes": []})
    assert entry.finished == {"chunks": 3, "notes": []}


def test_chunks_are_mapped_not_read():
    entry = filled(chunks=1, rows=4_000_000)
    before = pa.total_allocated_bytes()
    table = entry.table(0)
    assert pa.total_allocated_bytes() - before < 100_000, "32 MB of rows take no memory of their own"
    assert table["frame"][-1].as_py() == 3_999_999


def test_another_model_or_medium_is_another_stream():
    folders = {filled(sha="a").folder, filled(sha="b").folder, filled("n" * 64, sha="a").folder}
    assert len(folders) == 3
    assert Entry("m" * 64, "mesh", {"sha": "a"}).count == 3
    assert Entry("m" * 64, "mesh", {"sha": "c"}).count == 0


def test_a_chunk_without_the_one_before_it_does_not_count():
    entry = filled()
    (entry.folder / "00001.arrow").unlink()
    assert entry.count == 1


def test_only_the_newest_state_is_kept():
    entry = filled()
    assert entry.state(2) == b"after 2"
    assert len(list(entry.folder.glob("*.state"))) == 1


def test_what_was_being_written_at_a_kill_is_not_there(monkeypatch):
    entry = filled(chunks=1)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        entry.commit(1, numbers(10), b"")
    assert entry.count == 1
    assert entry.state(0) == b"after 0"


def test_two_writers_of_the_same_stream_do_each_other_no_harm():
    def write(_):
        entry = filled(chunks=4)
        return [len(entry.table(i)) for i in range(4)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(20))) == [[10, 10, 10, 10]] * 20
    assert Entry("m" * 64, "mesh", {}).count == 4


def test_the_stream_used_longest_ago_goes_first():
    old, new = filled(sha="old", rows=50_000), filled(sha="new", rows=50_000)
    os.utime(old.folder / "used", (1, 1))
    size = entries()[0][1]
    assert prune(int(1.5 * size), recent=0.0) == size
    assert not old.folder.exists()
    assert new.count == 3


def test_what_is_in_use_stays_although_it_is_too_much():
    entry = filled(rows=50_000)
    assert prune(0) == 0
    assert entry.count == 3
    os.utime(entry.folder / "used", (time.time() - 2 * store.RECENT,) * 2)
    assert prune(0) > 0
    assert entries() == []


def test_the_limit_is_read_from_the_environment(monkeypatch):
    filled(rows=50_000)
    monkeypatch.setenv("MIEN_FEATURES_GIB", "1")
    assert prune(recent=0.0) == 0
    monkeypatch.setenv("MIEN_FEATURES_GIB", "0.0001")
    assert prune(recent=0.0) > 0


def test_a_mapped_table_outlives_its_file():
    entry = filled(chunks=1, rows=50_000)
    table = entry.table(0)
    prune(0, recent=0.0)
    assert table["frame"].to_numpy().sum() == 50_000 * 49_999 // 2


def test_a_home_that_cannot_be_written_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "file"))
    with pytest.raises(MienError, match="MIEN_HOME"):
        filled()
