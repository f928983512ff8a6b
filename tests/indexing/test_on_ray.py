"""Actors of a Ray cluster: the same rows as one process, whoever is killed."""

import subprocess
import sys

import psutil
import pytest

import mien
from mien.errors import WorkersUnavailable
from mien.indexing import index, index_files
from mien.indexing.look import Recipe
from mien.indexing.on_ray import Actors


def test_without_ray_it_is_said_what_to_install(people, files, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it is not installed
    with pytest.raises(WorkersUnavailable, match=r"pip install 'ray>=2\.40'"):
        list(index_files(people, files, on="ray"))


@pytest.fixture(scope="module")
def cluster():
    """A cluster that the application has joined already, so that it is started once for all tests."""
    ray = pytest.importorskip("ray", reason="Ray is not installed; it is the extra 'ray'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
        yield ray
        ray.shutdown()


def actors():
    """The processes of this machine that are Ray actors with an engine."""
    return [p for p in psutil.process_iter(["cmdline"]) if "ray::Hand" in " ".join(p.info["cmdline"] or [])]


def test_a_clusters_workers_make_the_same_rows(cluster, people, files, local, same_rows):
    results = {one.path: one for one in index_files(people, files, workers=2, on="ray")}
    same_rows(people)
    assert results == local[0]
    assert cluster.is_initialized(), "what the application joined stays joined"


def test_a_killed_worker_is_replaced_and_nothing_is_lost(cluster, people, files, same_rows, monkeypatch):
    monkeypatch.setattr(index, "TOGETHER", 1)
    before = {process.pid for process in actors()}
    killed = 0
    for one in index_files(people, files, workers=2, on="ray"):
        if one.faces and not killed:
            mine = [process for process in actors() if process.pid not in before]
            mine[0].kill()
            killed = mine[0].pid
    same_rows(people)
    assert killed


def test_crops_come_from_the_cluster_too(cluster, people, folder):
    list(index_files(people, [folder / "grace.jpg"], workers=1, on="ray", crops=True))
    assert people.store.crop(1).startswith(b"\xff\xd8\xff")


def test_another_version_on_the_cluster_is_refused(cluster, people, files, monkeypatch):
    monkeypatch.setattr("mien.__version__", "9.9.9")
    with pytest.raises(WorkersUnavailable, match=r"Mien .*, here is 9\.9\.9"):
        list(index_files(people, files, workers=1, on="ray"))


def test_workers_that_cannot_begin_are_an_error(cluster, people):
    with (
        Actors(Recipe("yunet", "sface", "NoSuchProvider", False), people.model, 1, None) as crew,
        pytest.raises(Exception, match="NoSuchProvider"),
    ):
        crew.wait()


@pytest.mark.parametrize("address", ["auto", "127.0.0.1:1", "nonsense"])
def test_a_cluster_that_is_not_there_is_an_error(people, files, address):
    """At once: nobody listens at port 1. The cluster of the other tests is left first."""
    ray = pytest.importorskip("ray", reason="Ray is not installed; it is the extra 'ray'")
    if ray.is_initialized():
        ray.shutdown()
    with pytest.raises(WorkersUnavailable, match=f"no Ray cluster at '{address}'"):
        list(index_files(people, files, on=address))


OWN = """
import os, sys, mien
from mien.indexing import index, index_files
index.TOGETHER = 1
with mien.open(sys.argv[1]) as people:
    results = index_files(people, mien.find_media(sys.argv[2:]), workers=1, on="ray")
    print(next(one for one in results if one.faces).faces)
    import ray
    print(*(node["NodeManagerAddress"] for node in ray.nodes()), os.environ["RAY_USAGE_STATS_ENABLED"])
    rest = list(results)
    print(ray.is_initialized())
"""


def test_a_cluster_of_ones_own_ends_with_the_run(tmp_path, folder, same_rows):
    """It is on the loopback interface only, and its makers hear nothing of it."""
    pytest.importorskip("ray", reason="Ray is not installed; it is the extra 'ray'")
    command = [sys.executable, "-c", OWN, tmp_path / "own.mien", folder]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["2", "127.0.0.1", "0", "False"]
    with mien.open(tmp_path / "own.mien") as people:
        same_rows(people)
