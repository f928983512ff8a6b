"""A moved gallery is the same gallery; a move that was killed goes on; a damaged file is refused."""

import hashlib
import json
import multiprocessing
import os
import random
import signal
import time
import zipfile

import pytest

from mien.errors import (
    GalleryBusy,
    GalleryChanged,
    GalleryCorrupt,
    GalleryError,
    GalleryNewer,
    GalleryNotFound,
)
from mien.gallery import repair
from mien.gallery.protection import chain
from mien.gallery.stores import archive, open_store, places, portable
from mien.gallery.stores.records import Apart, Consent, Kind, Photograph, Step
from mien.gallery.stores.sql.tables import TABLES
from mien.gallery.verifying import verify_receipt

KEY = b"k" * 32


def fill(store, make_face):
    """Something in every table."""
    store.enroll_many((f"person {i}", [make_face(3 * i + j) for j in range(3)]) for i in range(12))
    store.add_photographs([Photograph("beach.jpg", "ef" * 32, (make_face(90), make_face(91)), "")])
    store.give_consent("person 1", Consent("1", "form.pdf"))
    store.apply(Step("reject", apart=(Apart(1, 4, True),)))
    repair.name(store, "person 2", "Zoë")
    return store.forget("person 3").receipt


def contents(where):
    """Every table's rows, as they lie."""
    place = places.source(where)
    with place.pool.reading() as db:
        found = {table.name: [row for chunk in portable.read(db, table) for row in chunk] for table in TABLES}
    place.pool.close()
    return {name: [portable.line(row, table) for row in found[name]] for name, table in named()}


def named():
    return [(table.name, table) for table in TABLES]


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def key(request):
    return request.param


@pytest.fixture
def source(path, make_face, key):
    with open_store(path, create=True, key=key) as store:
        receipt = fill(store, make_face)
    return path, receipt


def test_there_and_back_again_is_the_same_gallery(source, key, postgres_url, tmp_path, make_face, model):
    path, receipt = source
    back = tmp_path / "back.mien"
    steps = list(portable.migrate(path, postgres_url))
    assert [s.done for s in steps] == sorted(s.done for s in steps)
    assert steps[-1].done == steps[-1].total
    assert contents(postgres_url) == contents(path)
    list(portable.migrate(postgres_url, back))
    assert contents(back) == contents(path)
    probe = make_face(4).embeddings[model][None]
    answers = []
    for where in (path, postgres_url, back):
        with open_store(where, key=key) as store:
            assert store.problems() == []
            assert all(check.ok for check in verify_receipt(store, receipt) if check.name != "cleaned")
            origin = chain.origin(store.info().uuid, store.sign)
            assert chain.verify(store.entries(), store.sign, origin, store.head()) is None
            keys, scores = store.searcher(model, Kind.FACE).search(probe, 10)
            answers.append((keys.tolist(), scores.tolist()))
            store.enroll("after the move", [make_face(99)])  # numbers go on where they were
            assert store.problems() == []
    assert answers[0] == answers[1] == answers[2]


def test_a_file_that_was_exported_is_imported_as_the_same_gallery(source, postgres_url, tmp_path):
    path, _ = source
    file = tmp_path / "family.zip"
    list(archive.export_gallery(path, file))
    assert file.stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []
    for target in (postgres_url, tmp_path / "new.mien"):
        steps = list(archive.import_gallery(file, target))
        assert steps[-1].done == steps[-1].total
        assert contents(target) == contents(path)
    with pytest.raises(GalleryError, match="something already"):
        list(archive.export_gallery(path, file))


def test_a_sealed_export_tells_no_name_and_no_path(source, key, tmp_path):
    file = tmp_path / "family.zip"
    list(archive.export_gallery(source[0], file))
    with zipfile.ZipFile(file) as opened:
        text = b"".join(opened.read(name) for name in opened.namelist())
    import base64

    names = [base64.b64encode(name).rstrip(b"=")[:8] for name in (b"person 1", "Zoë".encode())]
    assert any(name in text for name in names) == (key is None)


def test_a_row_that_came_out_otherwise_is_noticed(source, postgres_url, tmp_path, key, monkeypatch):
    path, _ = source
    insert = portable._insert

    def careless(db, table, chunk):
        """Rounds the quality of faces, as a database with narrower numbers would."""
        if table.name == "faces":
            at = table.names.index("quality")
            chunk = [(*row[:at], round(row[at]), *row[at + 1 :]) for row in chunk]
        insert(db, table, chunk)

    for target in (postgres_url, tmp_path / "other.mien"):
        with monkeypatch.context() as patch:
            patch.setattr(portable, "_insert", careless)
            with pytest.raises(GalleryCorrupt, match="table faces came out"):
                list(portable.migrate(path, target))
        with pytest.raises(GalleryError, match="not finished"):
            open_store(target, key=key)


def test_a_place_with_a_gallery_is_left_alone(source, key, postgres_url, tmp_path):
    path, _ = source
    for target in (postgres_url, tmp_path / "other.mien"):
        open_store(target, create=True).close()
        before = contents(target)
        with pytest.raises(GalleryError, match="holds a gallery already"):
            list(portable.migrate(path, target))
        assert contents(target) == before
    with pytest.raises(GalleryNotFound):
        list(portable.migrate(tmp_path / "none.mien", postgres_url + "-new"))


def test_an_unfinished_copy_is_not_opened_and_is_no_source(source, key, postgres_url, tmp_path):
    path, _ = source
    for target in (postgres_url, tmp_path / "half.mien"):
        steps = portable.migrate(path, target)
        for _ in range(6):
            next(steps)
        steps.close()
        with pytest.raises(GalleryError, match="not finished"):
            open_store(target, create=True, key=key)
        with pytest.raises(GalleryError, match="not a whole gallery"):
            list(portable.migrate(target, tmp_path / "third.mien"))
        list(portable.migrate(path, target))
        assert contents(target) == contents(path)


def test_a_source_that_changes_meanwhile_is_noticed_and_copied_anew(source, key, postgres_url):
    path, _ = source
    steps = portable.migrate(path, postgres_url)
    next(steps)
    with open_store(path, key=key) as store:
        repair.name(store, "person 5", "person 55")
    with pytest.raises(GalleryChanged, match="start again"):
        list(steps)
    with pytest.raises(GalleryError, match="not finished"):
        open_store(postgres_url, key=key)
    with open_store(path, key=key) as store:
        store.forget("person 6")  # rows of which are on the other side already
    list(portable.migrate(path, postgres_url))
    assert contents(postgres_url) == contents(path)


def test_two_copies_into_one_place_do_not_mix(source, postgres_url, monkeypatch):
    monkeypatch.setattr(portable, "CHUNK", 2)
    path, _ = source
    one, other = portable.migrate(path, postgres_url), portable.migrate(path, postgres_url)
    for _ in range(8):
        next(one)
    for _ in range(12):
        next(other)
    with pytest.raises(GalleryBusy, match="another process"):
        list(one)
    list(other)
    assert contents(postgres_url) == contents(path)


def moving(path, target):
    portable.CHUNK = 2  # many moments at which to be killed
    for _ in portable.migrate(path, target):
        pass


def finished(target):
    try:
        open_store(target).close()
    except GalleryError:
        return False
    return True


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("server", [True, False], ids=["onto the server", "into a file"])
def test_a_killed_move_goes_on_and_loses_nothing(path, make_face, postgres_url, tmp_path, server):
    with open_store(path, create=True) as store:
        fill(store, make_face)
    origin, target = (path, postgres_url) if server else (postgres_url, tmp_path / "back.mien")
    if not server:
        list(portable.migrate(path, postgres_url))
    chance = random.Random(7)
    kills = 0
    while True:
        child = multiprocessing.get_context("fork").Process(target=moving, args=(origin, target))
        child.start()
        time.sleep(chance.uniform(0.05, 0.25))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        if finished(target):  # maybe just before it was killed
            break
        kills += 1
        if kills > 12:
            list(portable.migrate(origin, target))
            break
    assert kills >= 2
    assert contents(target) == contents(path)
    with open_store(target) as store:
        assert store.problems() == []


def rewritten(file, **changed):
    """The exported file with some of its members replaced."""
    with zipfile.ZipFile(file) as opened:
        members = {name: opened.read(name) for name in opened.namelist()} | changed
    with zipfile.ZipFile(file, "w") as opened:
        for name, text in members.items():
            if text is not None:
                opened.writestr(name, text)


@pytest.mark.parametrize("key", [None], indirect=True)
def test_foreign_newer_and_damaged_files_are_refused_and_nothing_is_made(source, tmp_path):
    path, _ = source
    target = tmp_path / "new.mien"

    def refused(error, match, **changed):
        file = tmp_path / "family.zip"
        file.unlink(missing_ok=True)
        list(archive.export_gallery(path, file))
        rewritten(file, **changed)
        with pytest.raises(error, match=match):
            list(archive.import_gallery(file, target))
        assert not target.exists()

    list(archive.export_gallery(path, tmp_path / "good.zip"))
    with zipfile.ZipFile(tmp_path / "good.zip") as good:
        told = json.loads(good.read("manifest.json"))
        people = good.read("people.jsonl")
    refused(
        GalleryCorrupt,
        "people",
        **{"people.jsonl": people.replace(b"[2,", b"[200,").replace(b"[2, ", b"[200, ")},
    )
    refused(GalleryCorrupt, "people", **{"people.jsonl": people[:-10]})
    refused(GalleryCorrupt, "people", **{"people.jsonl": people[people.index(b"\n") + 1 :]})
    refused(GalleryCorrupt, "faces", **{"faces.jsonl": None})
    refused(GalleryCorrupt, "manifest", **{"manifest.json": None})
    refused(GalleryCorrupt, "manifest", **{"manifest.json": b"[]"})
    refused(GalleryCorrupt, "manifest", **{"manifest.json": json.dumps(told | {"format": "other"})})
    refused(GalleryNewer, "Upgrade", **{"manifest.json": json.dumps(told | {"version": 2})})
    refused(GalleryNewer, "Upgrade", **{"manifest.json": json.dumps(told | {"schema": 99})})
    odd = b'["one", 2, 3, 4, 5, 6]\n'
    tables = told["tables"] | {
        "people": told["tables"]["people"] | {"rows": 1, "sha256": hashlib.sha256(odd).hexdigest()}
    }
    refused(
        GalleryCorrupt,
        "people",
        **{"people.jsonl": odd, "manifest.json": json.dumps(told | {"tables": tables})},
    )
    for size in (0, 10, 200, (tmp_path / "good.zip").stat().st_size - 30):
        cut = tmp_path / "cut.zip"
        cut.write_bytes((tmp_path / "good.zip").read_bytes()[:size])
        with pytest.raises(GalleryCorrupt, match="not a ZIP"):
            list(archive.import_gallery(cut, target))
    with pytest.raises(GalleryNotFound):
        list(archive.import_gallery(tmp_path / "none.zip", target))
    with pytest.raises(GalleryError):
        list(archive.import_gallery(tmp_path, target))
    assert not target.exists()


@pytest.mark.parametrize("key", [None], indirect=True)
def test_an_export_that_ends_early_leaves_no_file(source, tmp_path):
    steps = archive.export_gallery(source[0], tmp_path / "family.zip")
    next(steps)
    steps.close()
    assert [each.suffix for each in tmp_path.iterdir() if each.suffix in (".zip", ".part")] == []
    with pytest.raises(GalleryError, match="cannot be written"):
        list(archive.export_gallery(source[0], tmp_path / "no" / "such" / "folder.zip"))
