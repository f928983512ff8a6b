"""Workers that are actors of a Ray cluster, on this machine or on many."""

from __future__ import annotations

import itertools
import logging
import os
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import mien
from mien.errors import WorkersUnavailable
from mien.gallery.stores.records import Model
from mien.indexing.crew import STILLBORN, Sign, require_alike
from mien.indexing.look import Look, Looker, Recipe
from mien.indexing.reading import Picture

PATIENCE = 300.0  # seconds that a cluster has to start the first worker: autoscalers boot machines in less
CONNECTING = 10.0  # seconds to reach a cluster's address


class Actors:
    """So many actors, each with an engine of its own and one core; a context manager that ends them.

    address: None starts a cluster on this machine, which ends with this object. count: None is one for each core of
    the cluster. A cluster that this process has joined already is used, whatever the address.
    Pictures are sent to workers as bytes, so no machine but this one needs to reach the files.
    """

    def __init__(self, recipe: Recipe, model: Model, count: int | None, address: str | None) -> None:
        self.recipe = recipe
        self.model = model
        self.count = count
        self.address = address
        self._numbers = itertools.count()
        self._actors: dict[int, Any] = {}
        self._answers: dict[Any, int] = {}  # what is awaited, and the number of the worker that it comes from
        self._begun: set[int] = set()
        self._stillborn = 0
        self._connected = False
        self._ray: Any = None

    def __enter__(self) -> Self:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its makers otherwise
        if self.address is None:
            # Ray's switch to listen on the loopback interface only, so that nobody else can give out work here.
            os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        try:
            import ray
        except ImportError as error:
            raise WorkersUnavailable(
                "Ray is not installed. Install Mien with its extra 'ray', or: pip install 'ray>=2.40'"
            ) from error
        self._ray = ray
        if not ray.is_initialized():
            self._connect()
        for _ in range(self.count or int(ray.cluster_resources().get("CPU", 1))):
            self._hire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for actor in self._actors.values():
            self._ray.kill(actor)
        if self._connected:
            self._ray.shutdown()

    def give(self, worker: int, picture: Picture) -> None:
        """Hand over a picture; to a worker that is gone too, of which `wait` will tell."""
        self._answers[self._actors[worker].look.remote(picture)] = worker

    def wait(self) -> Sequence[tuple[int, Look | Sign]]:
        """What workers have to say; raises what one met when it opened its models."""
        patience = None if self._begun else PATIENCE
        ready, _ = self._ray.wait(list(self._answers), num_returns=1, timeout=patience)
        if not ready:
            free = self._ray.available_resources().get("CPU", 0)
            raise WorkersUnavailable(
                f"The Ray cluster started no worker within {PATIENCE:.0f} s. It has {free:.0f} free cores; each "
                "worker needs one."
            )
        return [self._hear(answer, self._answers.pop(answer)) for answer in ready]

    def _hear(self, answer: Any, number: int) -> tuple[int, Look | Sign]:
        failures = self._ray.exceptions
        try:
            word = self._ray.get(answer)
        except failures.RayActorError as error:
            self._replace(number, error)
            return number, Sign.GONE
        except failures.RayTaskError as error:
            raise error.cause from error
        if isinstance(word, Look):
            return number, word
        version, model = word
        if version != mien.__version__:
            raise WorkersUnavailable(
                f"A worker of the Ray cluster has Mien {version}, here is {mien.__version__}; install the same."
            )
        require_alike(model, self.model)
        self._begun.add(number)
        self._stillborn = 0
        return number, Sign.READY

    def _replace(self, number: int, error: Exception) -> None:
        """Another worker for one that is gone, unless workers keep ending before they can begin."""
        del self._actors[number]
        self._stillborn += number not in self._begun
        if self._stillborn == STILLBORN:
            raise WorkersUnavailable(
                f"{STILLBORN} workers in a row ended before they could begin: {error}. "
                "Each machine of the cluster needs the same version of Mien."
            ) from error
        self._hire()

    def _hire(self) -> None:
        number = next(self._numbers)
        actor = self._ray.remote(Hand).options(num_cpus=1).remote(self.recipe)
        self._actors[number] = actor
        self._answers[actor.hello.remote()] = number

    def _connect(self) -> None:
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            if self.address is None:
                local = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
                self._ray.init(num_cpus=self.count, **local, **quiet)
            else:
                _require_listener(self.address)
                self._ray.init(self.address, **quiet)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            where = "on this machine" if self.address is None else f"at {self.address!r}"
            raise WorkersUnavailable(f"There is no Ray cluster {where}: {error}") from error
        self._connected = True


def _require_listener(address: str) -> None:
    """OSError where nobody listens at HOST:PORT; Ray itself would try for minutes and print what it tries."""
    host, _, port = address.rpartition(":")
    if port.isdecimal() and "//" not in host:
        socket.create_connection((host, int(port)), CONNECTING).close()


class Hand:
    """What a worker does; models are opened by `hello`, so that what goes wrong is told as it is."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def hello(self) -> tuple[str, Model]:
        """Mien's version and the model that vectors are of."""
        import cv2

        cv2.setNumThreads(1)
        self.looker = Looker(self.recipe)
        return mien.__version__, self.looker.model

    def look(self, picture: Picture) -> Look:
        """See `look.look`."""
        return self.looker.look(picture)
