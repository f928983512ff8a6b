"""A live source whose newest frame is always at hand: late frames are dropped, lost connections renewed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from types import TracebackType

from mien.errors import ArgumentError, MediaError, StreamLost
from mien.media.sources import Arrival, Source, source_of
from mien.types import Frame

log = logging.getLogger(__name__)

_LONGEST_WAIT = 8.0  # seconds between two attempts to connect


def open_camera(
    source: int | str, *, attempts: int = 5, backoff: float = 0.5, patience: float = 10.0
) -> Camera:
    """A camera, a network stream, or a file in real time, to be used in a ``with`` and iterated over.

    source: number of a local camera (0 or "0"), an address (rtsp, rtsps, rtmp, rtmps, http, https, udp), or
        a file.
    attempts: how often in a row to try to connect before StreamLost is raised, at the start and again
        whenever the connection breaks.
    backoff: seconds to wait after the first failure; doubled with each further one, up to 8.
    patience: seconds to wait for a connection, and for the next frame, before it counts as a failure.

    A file, and any stream of declared length, is played at its own speed and then ends; all others are live
    and are connected to again when they end. Raises ArgumentError at once for values out of range.

    >>> with mien.media.open_camera("rtsp://door.local/main") as camera:  # doctest: +SKIP
    ...     for frame in camera:
    ...         print(frame.time, camera.dropped)
    """
    if attempts < 1 or backoff < 0 or patience <= 0:
        raise ArgumentError(
            f"attempts={attempts}, backoff={backoff}, patience={patience}: expected at least 1 attempt, "
            "a backoff of 0 or more and a patience of more than 0 seconds."
        )
    return Camera(source_of(source, patience), attempts, backoff)


class Camera:
    """The newest frame of a live source, again and again; opened by `open_camera`.

    A thread reads and decodes, and keeps the newest frame only, so that whoever is slower than the camera
    sees the present and not a queue of the past. `Frame.time` is seconds since the camera was opened (for a
    recording, the presentation time); `Frame.index` counts all frames that arrived, dropped ones too.

    dropped: frames that arrived and were replaced before anyone took them.
    reconnects: how often it was connected to again.
    """

    def __init__(self, source: Source, attempts: int, backoff: float) -> None:
        self.dropped = 0
        self.reconnects = 0
        self._source = source
        self._attempts = attempts
        self._backoff = backoff
        self._count = 0
        self._newest: tuple[int, float, Arrival] | None = None
        self._ended = False
        self._error: MediaError | None = StreamLost(f"{source.name}: its reader failed; the log says how.")
        self._news = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=source.name, daemon=True)

    def __enter__(self) -> Camera:
        self._opened = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=1.0)  # one that waits for the network ends by itself, within `patience`

    def __iter__(self) -> Iterator[Frame]:
        """Yield the newest frame each time one is asked for, waiting for it where needed.

        Raises StreamLost when the source stays away, and for a file whatever `read_frames` raises.
        """
        while True:
            with self._news:
                while self._newest is None and not self._ended:
                    self._news.wait(timeout=0.5)  # wakes up now and then, so that Ctrl-C works on Windows
                newest, self._newest = self._newest, None
            if newest is None:
                break
            index, seconds, arrival = newest
            yield Frame(arrival.image(), seconds, index, self._source.name)
        if self._error:
            raise self._error

    def _run(self) -> None:
        """The thread's work."""
        try:
            self._error = self._read()
        finally:
            with self._news:
                self._ended = True
                self._news.notify_all()

    def _read(self) -> MediaError | None:
        """Connect, pass frames on, connect again; gives back why it ended, None where it was no failure."""
        failures = 0
        while True:
            problem = f"{self._source.name}: the stream ended or fell silent."
            try:
                for arrival in self._source.frames():
                    failures = 0
                    self._pass_on(arrival)
                    if self._stop.is_set():
                        return None
                if not self._source.live:
                    return None
            except StreamLost as error:
                problem = str(error)
            except MediaError as error:
                return error
            failures += 1
            if failures >= self._attempts:
                return StreamLost(f"{problem} Gave up after {failures} attempts; check that it is running.")
            wait = min(self._backoff * 2 ** (failures - 1), _LONGEST_WAIT)
            log.warning("%s Trying again in %.1f s.", problem, wait)
            self.reconnects += 1
            if self._stop.wait(wait):
                return None

    def _pass_on(self, arrival: Arrival) -> None:
        now = time.monotonic() - self._opened
        if arrival.time is not None:
            self._stop.wait(max(0.0, arrival.time - now))
        with self._news:
            self.dropped += self._newest is not None
            self._newest = (self._count, now if arrival.time is None else arrival.time, arrival)
            self._count += 1
            self._news.notify_all()
