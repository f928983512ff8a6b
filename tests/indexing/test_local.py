"""Worker processes: the same rows as one process, whoever is killed, and no process left behind."""

import operator
import os
import signal
import subprocess
import sys

import psutil
import pytest

import mien
from mien.errors import WorkersUnavailable
from mien.faces import FaceEngine
from mien.gallery.stores.records import Model
from mien.indexing import index, index_files, local
from mien.indexing.crew import KILLED, Sign
from mien.indexing.local import Processes
from mien.indexing.look import Look, Recipe
from mien.indexing.reading import Picture, new_pictures

RECIPE = Recipe("yunet", "sface", "CPUExecutionProvider", False)
# What another process runs: it indexes a folder with two workers, and says when it begins and what is kept.
PROGRAM = """
import sys, mien
from mien.indexing import index, index_files
index.TOGETHER = 1
with mien.open(sys.argv[1]) as people:
    print("ready", flush=True)
    for one in index_files(people, mien.find_media(sys.argv[2:]), workers=2):
        print(one.path, flush=True)
"""


def workers():
    """The worker processes of this one."""
    children = psutil.Process().children(recursive=True)
    return [p for p in children if "spawn_main" in " ".join(p.cmdline())]


def test_two_workers_make_the_same_rows(people, files, local, same_rows):
    results = {one.path: one for one in index_files(people, files, workers=2)}
    same_rows(people)
    assert results == local[0]
    assert not workers()


def test_a_killed_worker_is_replaced_and_nothing_is_lost(people, files, same_rows, monkeypatch):
    monkeypatch.setattr(index, "TOGETHER", 1)
    killed = 0
    for one in index_files(people, files, workers=2):
        if one.faces and not killed:
            killed = max(worker.pid for worker in workers())
            os.kill(killed, signal.SIGKILL)
    same_rows(people)
    assert killed
    assert not workers()


def test_a_picture_that_kills_workers_is_told_of_and_tried_again_next_time(people, folder, monkeypatch):
    """The one who gives pictures out kills whoever gets that one, as a decoder does that a picture breaks."""
    give = Processes.give

    def deadly(self, number, picture):
        give(self, number, picture)
        if picture.path.name == "both.png":
            self._workers[number].process.kill()

    files = [folder / name for name in ("both.png", "grace.jpg", "eileen.png")]
    with monkeypatch.context() as patch:
        patch.setattr(Processes, "give", deadly)
        results = {one.path.name: one for one in index_files(people, files, workers=2)}
    assert results["both.png"].problem == KILLED
    assert not results["both.png"].read
    assert results["grace.jpg"].faces == results["eileen.png"].faces == 1
    (again,) = index_files(people, files[:1], workers=2)
    assert again.faces == 2


def test_nothing_is_started_where_nothing_is_new(people, files, monkeypatch):
    list(index_files(people, files, workers=1))
    monkeypatch.setattr(Processes, "__enter__", None)
    assert all(one.known or not one.read for one in index_files(people, files, workers=2))


def test_workers_end_when_the_caller_stops(people, files):
    results = index_files(people, files, workers=2)
    for _ in range(2):
        next(results)
    results.close()
    assert not workers()
    assert people.store.info().photographs <= 10


def test_workers_that_cannot_begin_are_an_error_and_no_endless_loop(people, files, monkeypatch):
    monkeypatch.setattr(local, "work", operator.eq)  # it takes what a worker gets, and ends
    with pytest.raises(WorkersUnavailable, match=r"3 worker processes .* \(exit code 0\)"):
        list(index_files(people, files, workers=2))
    assert not workers()


def test_what_a_worker_cannot_open_is_told_as_it_is(people):
    with (
        Processes(Recipe("nothing", "sface", "CPUExecutionProvider", False), people.model, 1) as crew,
        pytest.raises(mien.UnknownModel, match="nothing"),
    ):
        crew.wait()


def test_other_vectors_are_refused(people):
    """As where the gallery was opened with an engine of one's own."""
    other = Model("own", "1", "ab" * 32, 128)
    with Processes(RECIPE, other, 1) as crew, pytest.raises(mien.ArgumentError, match="own 1"):
        crew.wait()


def test_a_worker_does_what_this_process_does(people, folder):
    (picture,) = new_pictures([folder / "both.png"], lambda _: set())
    assert isinstance(picture, Picture)
    with Processes(Recipe.of(FaceEngine(), crops=True), people.model, 1) as crew:
        ((number, word),) = crew.wait()
        assert word is Sign.READY
        crew.give(number, picture)
        ((_, seen),) = crew.wait()
    assert isinstance(seen, Look)
    assert [len(face.crop) > 1000 for face in seen.photograph.faces] == [True, True]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_or_interrupted_run_goes_on_where_it_was(tmp_path, files, folder, same_rows, sent):
    """The signal goes to the whole foreground, as a Ctrl-C does, or to the one that writes."""
    gallery = tmp_path / "killed.mien"
    command = [sys.executable, "-c", PROGRAM, gallery, folder]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        kept = told_before(run, 4)
        children = psutil.Process(run.pid).children(recursive=True)
        send = os.killpg if sent == signal.SIGINT else os.kill
        send(run.pid, sent)
        kept += run.stdout.read().splitlines()
        errors = run.stderr.read()
    psutil.wait_procs(children, timeout=10)
    assert not [child for child in children if child.is_running()], (
        "workers end with the one who gives them work"
    )
    assert errors.count("KeyboardInterrupt") == (sent == signal.SIGINT), "and workers are silent"
    with mien.open(gallery) as people:
        before = people.store.info().photographs
        assert before >= 1
        results = list(index_files(people, files, workers=1))
        same_rows(people)
        known = {str(one.path) for one in results if one.known}
        assert {path for path in kept if path.endswith("g") and "letter" not in path} <= known


def told_before(run, lines):
    """The first lines that a program prints, without the one that it is ready."""
    assert run.stdout.readline() == "ready\n"
    return [run.stdout.readline().strip() for _ in range(lines)]
